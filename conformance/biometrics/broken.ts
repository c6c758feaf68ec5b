/** Vendors of biometrics that are wrong on purpose, each in one way. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type BiometricsProviderService,
  ErasureSchema,
  Operation_State,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { LivenessAction } from "#gen/malla/biometrics/v1/liveness_pb.js";
import { FaceImageSchema } from "#gen/malla/biometrics/v1/template_pb.js";
import { callerKey } from "#platform/rpc/call.ts";
import type { BrokenVendor } from "../kit/suite.ts";
import { brokenChallenges } from "./broken-challenges.ts";
import type { Album } from "./reference/albums.ts";
import { type BiometricsVendor, createReference } from "./reference/reference.ts";

const PNG_FIRST_BYTE = 0x89;

/** A vendor that is wrong. */
export type Broken = BrokenVendor<typeof BiometricsProviderService>;

/** Replaces RPCs of the reference; `change` is given the reference and what it keeps. */
export type Change = (reference: ReturnType<typeof createReference>) => Partial<BiometricsVendor>;

/** All of them. @param album what the reference sees in the suite's pictures */
export function brokenVendors(album: Album): readonly Broken[] {
  const broken = (name: string, says: string, fails: readonly string[], change: Change, from = album): Broken => ({
    name,
    says,
    fails,
    make() {
      const reference = createReference(from);
      return { ...reference.vendor, ...change(reference) };
    },
  });
  /** The reference, but it takes such pictures for one person's. */
  const taking =
    (isTaken: (persons: readonly string[] | undefined) => boolean): Album =>
    (content) => {
      const seen = album(content);
      return isTaken(seen?.persons) ? { persons: ["a"], action: seen?.action ?? LivenessAction.UNSPECIFIED } : seen;
    };
  return [
    broken("boastful", "advertises a feature that the contract lacks", ["BIO-001"], ({ vendor }) => ({
      getCapabilities: async (request, context) => {
        const said = await vendor.getCapabilities(request, context);
        return { ...said, features: [...(said.features ?? []), "biometrics.voice"] };
      },
    })),
    broken(
      "forgetful",
      "enrols anew for each call, and knows no request",
      ["BIO-002", "BIO-003", "BIO-060"],
      ({ vendor }) => ({
        createTemplate: (request, context) => vendor.createTemplate({ ...request, requestId: randomUUID() }, context),
      }),
    ),
    broken("leaky", "has one house for all tenants", ["BIO-004"], leaky),
    broken("modest", "offers no search, and answers it nevertheless", ["BIO-005"], ({ vendor }) => ({
      getCapabilities: async (request, context) => ({
        ...(await vendor.getCapabilities(request, context)),
        features: ["biometrics.liveness"],
      }),
    })),
    broken(
      "fanciful",
      "sees faces where there are none",
      ["BIO-010"],
      () => ({}),
      taking((persons) => persons?.length === 0),
    ),
    broken(
      "choosy",
      "takes the first of several faces",
      ["BIO-011"],
      () => ({}),
      taking((persons) => (persons?.length ?? 0) > 1),
    ),
    broken(
      "trusting",
      "takes whatever bytes for an image",
      ["BIO-012", "BIO-061"],
      () => ({}),
      taking((persons) => persons === undefined),
    ),
    broken("unbounded", "decodes whatever it is sent, and then finds it damaged", ["BIO-013"], ({ vendor }) => ({
      createTemplate: (request, context) =>
        request.image?.content[0] === PNG_FIRST_BYTE
          ? vendor.createTemplate(
              { ...request, image: create(FaceImageSchema, { content: new Uint8Array(1) }) },
              context,
            )
          : vendor.createTemplate(request, context),
    })),
    broken("plain", "tells the digest of the face, not of what is sealed", ["BIO-020"], ({ vendor }) => ({
      createTemplate: async (request, context) => {
        const made = await vendor.createTemplate(request, context);
        const sealedDigest = createHash("sha256")
          .update(request.image?.content ?? "")
          .digest();
        // Kept so, too: what it erases and looks up has the same.
        Object.assign(made, { sealedDigest });
        return made;
      },
    })),
    broken("strict", "matches nobody", ["BIO-021", "BIO-023"], ({ vendor }) => ({
      matchTemplate: async (request, context) => ({
        ...(await vendor.matchTemplate(request, context)),
        isMatch: false,
      }),
    })),
    broken("lenient", "matches everybody", ["BIO-022"], ({ vendor }) => ({
      matchTemplate: async (request, context) => {
        const match = await vendor.matchTemplate(request, context);
        return { ...match, isMatch: true, scoreBasisPoints: 9_000 };
      },
    })),
    broken("careless", "declares one false accept in ten", ["BIO-023"], ({ vendor }) => ({
      matchTemplate: async (request, context) => ({
        ...(await vendor.matchTemplate(request, context)),
        falseAcceptOneIn: 10,
      }),
    })),
    broken("inventive", "erases what it never had", ["BIO-004", "BIO-024"], ({ vendor, booksOf }) => ({
      eraseTemplate: (request, context) =>
        booksOf(context).templates.has(request.template)
          ? vendor.eraseTemplate(request, context)
          : { template: request.template, isErased: true, sealedDigest: randomBytes(32) },
    })),
    broken("hoarding", "keeps what it erased", ["BIO-030"], ({ vendor, booksOf }) => ({
      matchTemplate: (request, context) => {
        const kept = booksOf(context).templates.get(request.template);
        return kept?.eraseMs === undefined
          ? vendor.matchTemplate(request, context)
          : { isMatch: true, scoreBasisPoints: 9_000, thresholdBasisPoints: 5_000, falseAcceptOneIn: 1_000 };
      },
    })),
    broken("vague", "has a receipt with another digest", ["BIO-031"], ({ vendor }) => ({
      eraseTemplate: async (request, context) =>
        create(ErasureSchema, { ...(await vendor.eraseTemplate(request, context)), sealedDigest: new Uint8Array(32) }),
    })),
    broken("restless", "erases anew each time", ["BIO-032"], ({ vendor, booksOf }) => ({
      eraseTemplate: (request, context) => {
        const kept = booksOf(context).templates.get(request.template);
        if (kept?.eraseMs !== undefined) {
          kept.eraseMs += 1_000;
        }
        return vendor.eraseTemplate(request, context);
      },
    })),
    broken("hasty", "says of every template that it is erased", ["BIO-033"], ({ vendor }) => ({
      readErasure: async (request, context) => {
        const said = await vendor.readErasure(request, context);
        return said.isErased === true ? said : { ...said, isErased: true, eraseTime: timestampFromMs(Date.now()) };
      },
    })),
    broken("generous", "answers more candidates than asked for", ["BIO-040"], ({ vendor }) => ({
      searchTemplates: (request, context) => vendor.searchTemplates({ ...request, maxCandidates: 50 }, context),
    })),
    broken("hopeful", "always finds somebody", ["BIO-041"], ({ vendor, booksOf }) => ({
      searchTemplates: async (request, context) => {
        const found = await vendor.searchTemplates(request, context);
        const [first] = [...booksOf(context).templates.values()].filter(({ eraseMs }) => eraseMs === undefined);
        return (found.candidates ?? []).length > 0 || first === undefined
          ? found
          : { candidates: [{ template: first.template.template, match: { isMatch: true, scoreBasisPoints: 9_000 } }] };
      },
    })),
    broken("amnesiac", "says of every request that it never had it", ["BIO-060"], () => ({
      lookupOperation: ({ requestId }) => ({ requestId, state: Operation_State.NOT_SEEN }),
    })),
    broken("obliging", "says of what it never had that it is under way", ["BIO-004", "BIO-061"], ({ vendor }) => ({
      lookupOperation: async (request, context) => {
        const said = await vendor.lookupOperation(request, context);
        return said.state === Operation_State.NOT_SEEN
          ? { requestId: request.requestId, state: Operation_State.UNDER_WAY }
          : said;
      },
    })),
    ...brokenChallenges(broken),
  ];
}

/** Remembers every tenant's templates, and tells any tenant of them. */
const leaky: Change = ({ vendor }) => {
  const digests = new Map<string, Uint8Array>();
  return {
    createTemplate: async (request, context) => {
      const made = await vendor.createTemplate(request, context);
      digests.set(made.template ?? "", made.sealedDigest ?? new Uint8Array());
      return made;
    },
    readErasure: (request, context) => {
      const sealedDigest = digests.get(request.template);
      const isForeign = sealedDigest !== undefined && context.values.get(callerKey)?.tenant.startsWith("other-");
      return isForeign
        ? { template: request.template, isErased: false, sealedDigest }
        : vendor.readErasure(request, context);
    },
  };
};
