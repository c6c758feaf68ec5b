import { randomUUID } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { Operation, Product_State } from "#gen/malla/products/v1/product_pb.js";
import { ProductsService } from "#gen/malla/products/v1/products_service_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { productsProgram } from "../service.ts";

let service: TestService;
let tenants = 0;

beforeAll(async () => {
  service = await startTestService(productsProgram);
});
afterAll(() => service.stop());

const newTenant = () => `t-prod-${process.pid}-${tenants++}`;
const clientOf = (tenant: string) => service.client(ProductsService, { tenant });
const terms = { displayName: "Conta", regionCode: "BR", currencyCode: "BRL" };
const toCreate = (over: object = {}) => ({
  productId: "conta",
  requestId: randomUUID(),
  product: { ...terms, ...over },
});

/** The code and reason of a call that must fail. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = ConnectError.from(
    await call.then(
      () => new Error("was not refused"),
      (failure: unknown) => failure,
    ),
  );
  return `${Code[error.code]} ${error.findDetails(ErrorInfoSchema)[0]?.reason}`;
}

describe("a product", () => {
  it("is added with its terms, and read back", async () => {
    const client = clientOf(newTenant());
    const fees = [{ operation: Operation.WITHDRAWAL, fixed: 900_000_000_000n, basisPoints: 25 }];
    const limits = [{ operation: Operation.TRANSFER, maxAmount: 9_007_199_254_740_993n, maxDailyAmount: 0n }];
    const made = await client.createProduct(toCreate({ fees, limits, overdraftLimit: 50_000n }));
    expect(made).toMatchObject({ name: "products/conta", state: Product_State.ACTIVE, version: 1n, fees, limits });
    expect(await client.getProduct({ name: made.name })).toEqual(made);
  });

  it.each([
    ["a currency that is none", { currencyCode: "QQQ" }, "InvalidArgument CURRENCY_UNKNOWN"],
    [
      "two fees for one operation",
      { fees: [{ operation: Operation.DEPOSIT }, { operation: Operation.DEPOSIT }] },
      "InvalidArgument OPERATION_REPEATED",
    ],
    ["a negative overdraft", { overdraftLimit: -1n }, "InvalidArgument VALIDATION_FAILED"],
    ["no name", { displayName: "" }, "InvalidArgument VALIDATION_FAILED"],
  ])("with %s is refused", async (_what, over, reason) => {
    expect(await refusal(clientOf(newTenant()).createProduct(toCreate(over)))).toBe(reason);
  });

  it("changes where the mask says, and its version tells", async () => {
    const client = clientOf(newTenant());
    const { name } = await client.createProduct(toCreate());
    const change = {
      product: { name, displayName: "Nova", overdraftLimit: 7n },
      updateMask: { paths: ["display_name"] },
      requestId: randomUUID(),
    };
    expect(await client.updateProduct(change)).toMatchObject({ displayName: "Nova", overdraftLimit: 0n, version: 2n });
    for (const paths of [[], ["currency_code"], ["nonsense"]]) {
      expect(await refusal(client.updateProduct({ ...change, updateMask: { paths }, requestId: randomUUID() }))).toBe(
        "InvalidArgument UPDATE_MASK_INVALID",
      );
    }
    const nameless = { product: { name }, updateMask: { paths: ["display_name"] }, requestId: randomUUID() };
    expect(await refusal(client.updateProduct(nameless))).toBe("InvalidArgument VALIDATION_FAILED");
  });

  it("once retired stays retired and does not change", async () => {
    const client = clientOf(newTenant());
    const { name } = await client.createProduct(toCreate());
    const retired = await client.retireProduct({ name, requestId: randomUUID() });
    expect(retired.state).toBe(Product_State.RETIRED);
    expect(await client.retireProduct({ name, requestId: randomUUID() })).toEqual(retired);
    const change = {
      product: { name, displayName: "Nova" },
      updateMask: { paths: ["display_name"] },
      requestId: randomUUID(),
    };
    expect(await refusal(client.updateProduct(change))).toBe("FailedPrecondition PRODUCT_RETIRED");
  });

  it("of another tenant is not found, and its id is free", async () => {
    const { name } = await clientOf(newTenant()).createProduct(toCreate());
    const other = clientOf(newTenant());
    expect(await refusal(other.getProduct({ name }))).toBe("NotFound PRODUCT_NOT_FOUND");
    expect(await refusal(other.retireProduct({ name, requestId: randomUUID() }))).toBe("NotFound PRODUCT_NOT_FOUND");
    expect((await other.createProduct(toCreate())).name).toBe(name);
  });
});

describe("a request_id", () => {
  it("repeats the first answer, and is refused with other content or another method", async () => {
    const client = clientOf(newTenant());
    const request = toCreate();
    const first = await client.createProduct(request);
    expect(await client.createProduct(request)).toEqual(first);
    expect(await refusal(client.createProduct({ ...request, product: { ...terms, displayName: "Other" } }))).toBe(
      "AlreadyExists REQUEST_ID_REUSED",
    );
    expect(await refusal(client.retireProduct({ name: first.name, requestId: request.requestId }))).toBe(
      "AlreadyExists REQUEST_ID_REUSED",
    );
  });

  it("sent ten times at once makes one product, and all hear of the same", async () => {
    const tenant = newTenant();
    const request = toCreate();
    const answers = await Promise.all(Array.from({ length: 10 }, () => clientOf(tenant).createProduct(request)));
    expect(new Set(answers.map((answer) => String(answer.createTime?.nanos))).size).toBe(1);
    expect((await service.events(tenant, 1)).map(({ type }) => type)).toEqual(["malla.products.v1.ProductCreated"]);
  });

  it("of a refused call is free again", async () => {
    const client = clientOf(newTenant());
    const request = toCreate();
    await client.createProduct(request);
    const taken = toCreate();
    expect(await refusal(client.createProduct(taken))).toBe("AlreadyExists PRODUCT_EXISTS");
    expect((await client.createProduct({ ...taken, productId: "outra" })).name).toBe("products/outra");
  });
});

it("pages are in the order of ids and complete", async () => {
  const client = clientOf(newTenant());
  const ids = ["aaa", "bbb", "ccc", "ddd", "eee"];
  for (const productId of ids.toReversed()) {
    await client.createProduct({ ...toCreate(), productId });
  }
  const listed: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await client.listProducts({ pageSize: 2, pageToken });
    listed.push(...page.products.map(({ name }) => name.slice("products/".length)));
    pageToken = page.nextPageToken;
    if (pageToken === "") {
      break;
    }
  }
  expect(listed).toEqual(ids);
});
