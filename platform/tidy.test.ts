/** The rules of the house that a compiler does not know, read off the tree. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescFile, fromBinary, getOption, hasOption } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { http } from "#gen/google/api/annotations_pb.js";
import { rules } from "#gen/malla/options/v1/options_pb.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["platform", "services", "gateway", "deploy", "bench", "conformance"];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function existing(names: readonly string[]): string[] {
  const present = new Set(readdirSync(root));
  return names.filter((name) => present.has(name));
}

const sources = existing(folders)
  .flatMap(filesBelow)
  .filter((file) => file.endsWith(".ts") && !file.includes("/testdata/"));
const imports = sources.flatMap((file) => importsOf(file).map((target) => ({ file, target })));

/** Files, imported packages and #gen or #platform paths that a source names, relative ones resolved. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const names = [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gms)];
  return names
    .map((match) => match[1] ?? match[2] ?? "")
    .map((name) => {
      if (name.startsWith(".")) {
        return relative(root, resolve(root, dirname(file), name));
      }
      return name.startsWith("#platform/") ? name.replace("#", "") : name;
    });
}

const isTest = (file: string) => file.endsWith(".test.ts") || file.includes("/test/") || file.includes("/testing/");
const serviceOf = (path: string) => /^services\/([a-z-]+)\//.exec(path)?.[1];

describe("dependencies point one way", () => {
  it("no service imports another service's folder", () => {
    const crossings = imports.filter(({ file, target }) => {
      const [from, to] = [serviceOf(file), serviceOf(target)];
      return from !== undefined && to !== undefined && from !== to && !isTest(file);
    });
    expect(crossings).toEqual([]);
  });

  it("platform imports no service, and not the edge", () => {
    const crossings = imports.filter(
      ({ file, target }) =>
        file.startsWith("platform/") && /^(services|gateway|deploy|bench)\//.test(target) && !isTest(file),
    );
    expect(crossings).toEqual([]);
  });

  it("platform knows no capability's contract", () => {
    // Besides what all share, the mesh knows its own contracts: what vendors say of themselves, and who is bound.
    const shared = /^#gen\/(google|malla\/(type|options|event|vendor|bindings))\//;
    const crossings = imports.filter(
      ({ file, target }) =>
        file.startsWith("platform/") && target.startsWith("#gen/") && !shared.test(target) && !isTest(file),
    );
    expect(crossings).toEqual([]);
  });

  it("a vendor could live in another repository", () => {
    // What vendors of a capability share is a folder beside them without a program of its own.
    const homeOf = (path: string) => /^services\/[a-z-]+\/vendors\/[a-z0-9-]+/.exec(path)?.[0];
    const isProgram = (home: string) => sources.includes(`${home}/main.ts`);
    const crossings = imports.filter(({ file, target }) => {
      const [from, to] = [homeOf(file), homeOf(target)];
      const isInside = from !== undefined && target.startsWith("services/") && from !== to;
      return isInside && !isTest(file) && (to === undefined || isProgram(to));
    });
    expect(crossings).toEqual([]);
  });

  it("no service knows a vendor", () => {
    const isVendors = (path: string) => /^services\/[a-z-]+\/vendors\//.test(path);
    expect(
      imports.filter(
        ({ file, target }) => serviceOf(file) !== undefined && !isVendors(file) && isVendors(target) && !isTest(file),
      ),
    ).toEqual([]);
  });

  it("clauses know nothing but contracts and the kit, so that any vendor in any language can be put through them", () => {
    const clauses = sources.filter(
      (file) => /^conformance\/(?!kit\/|skeletons\/)[a-z-]+\//.test(file) && !isTest(file),
    );
    expect(
      imports.filter(({ file, target }) => clauses.includes(file) && /^(services|gateway|deploy|bench)\//.test(target)),
    ).toEqual([]);
  });

  it("the edge imports no service", () => {
    expect(
      imports.filter(
        ({ file, target }) => file.startsWith("gateway/") && target.startsWith("services/") && !isTest(file),
      ),
    ).toEqual([]);
  });

  it("the transcoder knows neither banking nor the platform", () => {
    const crossings = imports.filter(
      ({ file, target }) =>
        file.startsWith("gateway/transcoder/") && (target.startsWith("platform/") || target.startsWith("#gen/malla")),
    );
    expect(crossings).toEqual([]);
  });

  it("domain code does no I/O, reads no clock and knows no protobuf", () => {
    const domain = sources.filter((file) => /^services\/[a-z-]+\/domain\//.test(file) && !isTest(file));
    const forbidden =
      /^(node:(?!crypto|assert)|#gen|@bufbuild|@connectrpc|@grpc|drizzle|postgres|nats|platform\/(db|bus|rpc|outbox|inbox))/;
    expect(imports.filter(({ file, target }) => domain.includes(file) && forbidden.test(target))).toEqual([]);
    const impure = domain.filter((file) =>
      /\b(new Date\(\)|Date\.now|Math\.random|performance\.now|randomUUID)\b/.test(
        readFileSync(join(root, file), "utf8"),
      ),
    );
    expect(impure).toEqual([]);
  });
});

describe("every service has the same shape", () => {
  const required = [
    "README.md",
    "main.ts",
    "config.ts",
    "service.ts",
    "mapping.ts",
    "errors.ts",
    "domain",
    "handlers",
    "events",
    "store",
    "test",
  ];
  // peers: what it asks of other services. sagas: work in several steps, each of which a crash may cut off.
  // engine: what runs pure rules against a store of its own.
  const allowed = new Set([...required, "vendors", "peers", "sagas", "engine"]);
  for (const service of readdirSync(join(root, "services"))) {
    const inside = readdirSync(join(root, "services", service));
    if (inside.every((name) => name === "vendors")) {
      // A capability with vendors and no service of its own has nothing to shape.
      continue;
    }
    it(service, () => {
      expect(required.filter((name) => !inside.includes(name))).toEqual([]);
      expect(inside.filter((name) => !allowed.has(name))).toEqual([]);
      const headings = readFileSync(join(root, "services", service, "README.md"), "utf8").match(/^## .*$/gm);
      expect(headings).toEqual(["## Owns", "## Speaks", "## Emits and hears", "## Settings", "## When it fails"]);
    });
  }

  it("only main.ts sees the process", () => {
    const seeing = sources.filter(
      (file) =>
        /^(services|gateway|platform)\//.test(file) &&
        !file.endsWith("main.ts") &&
        !isTest(file) &&
        !file.startsWith("platform/embedded/") &&
        !file.startsWith("gateway/openapi/") &&
        /\bprocess\.(env|exit|on|argv|stdout|stderr)\b/.test(
          readFileSync(join(root, file), "utf8").replaceAll(/^\s*(\*|\/\/).*$/gm, ""),
        ),
    );
    expect(seeing).toEqual([]);
  });
});

describe("the contract says everything about an RPC", () => {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(join(root, "gen/malla.binpb"))));
  const ours = [...registry.files].filter((file: DescFile) => file.proto.package.startsWith("malla."));
  const methods = ours.flatMap((file) => file.services.flatMap((service) => service.methods));

  it("each has scopes or is public, and says whether it changes anything", () => {
    const incomplete = methods.filter((method) => {
      const { requiredScopes, isPublic } = getOption(method, rules);
      return (
        (requiredScopes.length === 0 && !isPublic) ||
        method.idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN
      );
    });
    expect(incomplete.map((method) => method.toString())).toEqual([]);
  });

  it("what a vendor must speak begins with what it can do, is for its capability's service alone, and not at the edge", () => {
    const providers = ours.flatMap((file) => file.services).filter(({ name }) => name.endsWith("ProviderService"));
    const faults = providers.flatMap((service) => {
      const scope = `${service.file.proto.package.split(".")[1]}.provide`;
      return [
        ...(service.methods[0]?.name === "GetCapabilities"
          ? []
          : [`${service.name} does not begin with GetCapabilities`]),
        ...service.methods.flatMap((method) => [
          ...(getOption(method, rules).requiredScopes.join() === scope ? [] : [`${method} does not require ${scope}`]),
          ...(hasOption(method, http) ? [`${method} is reachable over REST`] : []),
        ]),
      ];
    });
    expect(faults).toEqual([]);
  });

  it("each clause has a number of its own", () => {
    const protos = filesBelow("proto").filter((file) => file.endsWith(".proto"));
    const numbers = protos.flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/\b[A-Z]{2,12}-\d{3}(?=:)/g)].map(([number]) => number),
    );
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  it("each event that an RPC emits exists", () => {
    const missing = methods
      .flatMap((method) => getOption(method, rules).emits)
      .filter((name) => registry.getMessage(name) === undefined);
    expect(missing).toEqual([]);
  });

  it("each error reason that a comment names exists in an enum", () => {
    const reasons = new Set(
      ours.flatMap((file) =>
        file.enums
          .filter((desc) => desc.name.endsWith("ErrorReason"))
          .flatMap((desc) => desc.values.map((value) => value.localName)),
      ),
    );
    const protos = filesBelow("proto").filter((file) => file.endsWith("_service.proto"));
    const named = protos.flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/`([A-Z][A-Z_]+[A-Z])`/g)].map((match) => match[1] ?? ""),
    );
    expect(named.filter((reason) => !reasons.has(reason))).toEqual([]);
  });
});

describe("sources", () => {
  it("name files in kebab-case", () => {
    expect(sources.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(file.split("/").at(-1) ?? ""))).toEqual([]);
  });

  it("have no utils, helpers, managers or commons", () => {
    expect(sources.filter((file) => /(^|[/-])(utils?|helpers?|managers?|common)([./-]|$)/.test(file))).toEqual([]);
  });

  it("leave nothing focused, skipped or open", () => {
    const marks = new RegExp(
      `\\b(it|test|describe)\\.(only|${"skip"}|todo)\\b|\\b(TO${"DO"}|FIX${"ME"})\\b|@ts-(ignore|expect-error)`,
    );
    expect(sources.filter((file) => marks.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
  });
});
