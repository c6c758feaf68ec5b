/** What every vendor keeps, whatever its capability: VENDOR-nnn of malla/vendor/v1/capabilities.proto. */
import assert from "node:assert/strict";
import { create, type DescMethodUnary, type DescService, equals } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema } from "#gen/google/rpc/error_details_pb.js";
import { type Capabilities, CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { rulesOf } from "#platform/rpc/authorize.ts";
import { type Clause, type ClauseGroup, clause } from "./clause.ts";
import type { Suite, Target } from "./suite.ts";

/** How often a vendor is asked for the same. */
const TIMES = 10;

type Anyone = Target<DescService>;
type Invoke = (request: object) => Promise<unknown>;

/** The suite with the clauses of every vendor before its own. */
export function withEveryVendor<Service extends DescService, Subject>(
  suite: Suite<Service, Subject>,
): Suite<Service, { readonly own: () => Subject; readonly target: Target<Service> }> {
  return {
    ...suite,
    groups: [
      forward(everyVendor(suite), ({ target }: { readonly target: Target<Service> }) => target as unknown as Anyone),
      ...suite.groups.map((group) => forward(group, ({ own }: { readonly own: () => Subject }) => own())),
    ],
    open: (target) => ({ own: () => suite.open(target), target }),
  };
}

function forward<Outer, Inner>(group: ClauseGroup<Inner>, to: (outer: Outer) => Inner): ClauseGroup<Outer> {
  const clauses = group.clauses.map((one): Clause<Outer> => ({ ...one, check: (outer) => one.check(to(outer)) }));
  return { name: group.name, clauses };
}

/** The clauses, for a provider service. */
export function everyVendor({ service, capability, features }: Pick<Suite, "service" | "capability" | "features">) {
  const needed = service.methods.filter(
    (method): method is DescMethodUnary =>
      method.methodKind === "unary" && rulesOf(method).feature === "" && method.name !== "GetCapabilities",
  );
  const validator = createValidator();
  const refusing = needed.filter((method) => validator.validate(method.input, create(method.input)).kind === "invalid");
  const ofCapabilities: Clause<Anyone>[] = [
    clause(
      "VENDOR-001",
      "says the same of itself whenever it is asked, one after the other and at once",
      async (target) => {
        const ask = () => invokeOf(target, "getCapabilities")({}) as Promise<Capabilities>;
        const answers = [await ask(), ...(await Promise.all(Array.from({ length: TIMES }, ask)))];
        for (const answer of answers) {
          assert.ok(equals(CapabilitiesSchema, answer, target.capabilities), "two answers of GetCapabilities differ");
        }
      },
    ),
    clause("VENDOR-002", "names its capability, and no feature that the contract does not define", async (target) => {
      assert.equal(target.capabilities.capability, capability);
      assert.deepEqual(
        target.capabilities.features.filter((feature) => !features.includes(feature)),
        [],
      );
      assert.equal(validator.validate(CapabilitiesSchema, target.capabilities).kind, "valid");
    }),
  ];
  const group: ClauseGroup<Anyone> = {
    name: "every vendor",
    clauses: [
      // Of a contract without GetCapabilities the kit describes the vendor itself.
      ...(service.methods.some(({ name }) => name === "GetCapabilities") ? ofCapabilities : []),
      clause("VENDOR-003", "refuses a call in the name of no tenant", async (target) => {
        for (const method of needed) {
          const error = await failureOf(() => invokeOf(target, method.localName, "")({}), method.name);
          assert.ok(
            [Code.InvalidArgument, Code.Unauthenticated, Code.PermissionDenied].includes(error.code),
            `${method.name} without malla-tenant answers ${Code[error.code]}`,
          );
        }
      }),
      clause("VENDOR-004", "refuses a request that breaks the contract's rules as INVALID_ARGUMENT", async (target) => {
        for (const method of refusing) {
          const error = await failureOf(() => invokeOf(target, method.localName)({}), method.name);
          assert.equal(Code[error.code], "InvalidArgument", method.name);
        }
      }),
      clause(
        "VENDOR-005",
        "gives each refusal a reason and its domain, and names the field where one was wrong",
        async (target) => {
          for (const method of refusing) {
            const error = await failureOf(() => invokeOf(target, method.localName)({}), method.name);
            const info = errorInfoOf(error);
            assert.ok(info !== undefined, `${method.name}: a refusal without google.rpc.ErrorInfo`);
            assert.match(info.reason, /^[A-Z][A-Z0-9_]{2,62}$/);
            assert.ok(
              [`${capability}.malla`, "malla"].includes(info.domain),
              `${method.name}: the domain ${info.domain}`,
            );
            const fields = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
            assert.ok(
              fields.length > 0 && fields.every(({ field }) => field !== ""),
              `${method.name}: no field is named`,
            );
          }
        },
      ),
    ],
  };
  return group;
}

function invokeOf(target: Anyone, localName: string, tenant?: string): Invoke {
  const invoke: unknown = Reflect.get(target.client(tenant === undefined ? {} : { tenant }), localName);
  if (typeof invoke !== "function") {
    throw new Error(`the contract has no ${localName}`);
  }
  return (request) => invoke(request);
}

async function failureOf(call: () => Promise<unknown>, name: string): Promise<ConnectError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ConnectError) {
      return error;
    }
    throw error;
  }
  throw new assert.AssertionError({ message: `${name} was answered, and should have been refused` });
}
