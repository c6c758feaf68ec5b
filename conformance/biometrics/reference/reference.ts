/** A vendor of biometrics in memory that keeps every clause: the measure of the suite, and what broken vendors are made of. */
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import { create, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type BiometricsProviderService,
  CreateTemplateRequestSchema,
  EraseTemplateRequestSchema,
  ErasureSchema,
  OpenChallengeRequestSchema,
  Operation_State,
  OperationSchema,
  ProviderChallengeSchema,
  ProviderTemplateSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { LivenessAction, LivenessChallenge_State as State } from "#gen/malla/biometrics/v1/liveness_pb.js";
import { type FaceImage, MatchSchema } from "#gen/malla/biometrics/v1/template_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import { callerKey } from "#platform/rpc/call.ts";
import { FEATURES } from "../features.ts";
import type { Album } from "./albums.ts";
import { type Books, openBooks } from "./books.ts";
import { judge } from "./judge.ts";

/** The vendor. */
export type BiometricsVendor = ServiceImpl<typeof BiometricsProviderService>;

/** A vendor and the books that it keeps, so that a broken one can cook them. */
export interface Reference {
  readonly vendor: BiometricsVendor;
  readonly booksOf: (context: HandlerContext) => Books;
}

const MAX_BYTES = 1_000_000;
const MAX_PIXELS = 1_000_000;
const THRESHOLD = 5_000;
const SAME = 9_000;
const OTHER = 1_000;
const ACTIONS = [LivenessAction.TURN_LEFT, LivenessAction.TURN_RIGHT];

/** Makes one. */
export function createReference(album: Album): Reference {
  const tenants = new Map<string, Books>();
  const booksOf = (context: HandlerContext): Books => {
    const tenant = context.values.get(callerKey)?.tenant ?? "";
    const books = tenants.get(tenant) ?? openBooks();
    tenants.set(tenant, books);
    return books;
  };
  return { booksOf, vendor: createVendor(album, booksOf) };
}

function createVendor(album: Album, booksOf: Reference["booksOf"]): BiometricsVendor {
  return {
    getCapabilities: () => ({
      capability: "biometrics",
      vendor: "reference",
      version: "1.0.0",
      features: [...FEATURES],
      limits: { "biometrics.max_image_bytes": BigInt(MAX_BYTES), "biometrics.max_image_pixels": BigInt(MAX_PIXELS) },
    }),
    createTemplate: (request, context) =>
      booksOf(context).once("template", request.requestId, digest(CreateTemplateRequestSchema, request), () => {
        const person = personOn(album, request.image);
        const template = create(ProviderTemplateSchema, {
          template: randomUUID(),
          sealedDigest: randomBytes(32),
          createTime: timestampFromMs(Date.now()),
        });
        booksOf(context).templates.set(template.template, { template, person, eraseMs: undefined });
        return template;
      }),
    matchTemplate(request, context) {
      const kept = booksOf(context).templates.get(request.template);
      if (kept === undefined || kept.eraseMs !== undefined) {
        throw refused(Code.NotFound, "TEMPLATE_NOT_FOUND");
      }
      return matchOf(kept.person === personOn(album, request.image));
    },
    searchTemplates(request, context) {
      const person = personOn(album, request.image);
      const mine = [...booksOf(context).templates.values()].filter(
        (kept) => kept.person === person && kept.eraseMs === undefined,
      );
      const candidates = mine.map(({ template }) => ({ template: template.template, match: matchOf(true) }));
      return { candidates: candidates.slice(0, request.maxCandidates) };
    },
    eraseTemplate: (request, context) =>
      booksOf(context).once("erasure", request.requestId, digest(EraseTemplateRequestSchema, request), () => {
        const kept = booksOf(context).templates.get(request.template);
        if (kept === undefined) {
          throw refused(Code.NotFound, "TEMPLATE_NOT_FOUND");
        }
        kept.eraseMs ??= Date.now();
        return erasureOf(kept);
      }),
    readErasure(request, context) {
      const kept = booksOf(context).templates.get(request.template);
      if (kept === undefined) {
        throw refused(Code.NotFound, "TEMPLATE_NOT_FOUND");
      }
      return erasureOf(kept);
    },
    openChallenge: (request, context) =>
      booksOf(context).once("challenge", request.requestId, digest(OpenChallengeRequestSchema, request), () => {
        const first = randomInt(2);
        const challenge = create(ProviderChallengeSchema, {
          challenge: randomUUID(),
          state: State.OPEN,
          actions: [first, 1 - first].flatMap((index) => ACTIONS[index] ?? []),
          nonce: randomUUID(),
          expireTime: timestampFromMs(Date.now() + request.validSeconds * 1_000),
        });
        booksOf(context).challenges.set(challenge.challenge, challenge);
        return challenge;
      }),
    answerChallenge: (requests, context) => judge(requests, booksOf(context), album),
    readChallenge(request, context) {
      const challenge = booksOf(context).challenges.get(request.challenge);
      if (challenge === undefined) {
        throw refused(Code.NotFound, "CHALLENGE_NOT_FOUND");
      }
      return challenge;
    },
    lookupOperation({ requestId }, context) {
      const done = booksOf(context).requests.get(requestId);
      return done === undefined
        ? create(OperationSchema, { requestId, state: Operation_State.NOT_SEEN })
        : create(OperationSchema, { requestId, state: Operation_State.DONE, answer: done.answer });
    },
  };
}

/** The one person on an image. */
function personOn(album: Album, image: FaceImage | undefined): string {
  const content = image?.content ?? new Uint8Array();
  if (content.length > MAX_BYTES || pixelsByHeader(content) > MAX_PIXELS) {
    throw refused(Code.InvalidArgument, "IMAGE_TOO_LARGE");
  }
  const seen = album(content);
  if (seen === undefined) {
    throw refused(Code.InvalidArgument, "IMAGE_INVALID");
  }
  const [person, another] = seen.persons;
  if (person === undefined) {
    throw refused(Code.InvalidArgument, "NO_FACE");
  }
  if (another !== undefined) {
    throw refused(Code.InvalidArgument, "SEVERAL_FACES");
  }
  return person;
}

/** Tells one request from another, whatever its method. */
function digest<Desc extends DescMessage>(desc: Desc, request: MessageShape<Desc>): string {
  return createHash("sha256").update(desc.typeName).update(toBinary(desc, request)).digest("hex");
}

/** Width times height of a PNG; 0 of anything else. */
function pixelsByHeader(content: Uint8Array): number {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return content.length > 24 && view.getUint32(0) === 0x89504e47 ? view.getUint32(16) * view.getUint32(20) : 0;
}

function matchOf(isMatch: boolean) {
  const scoreBasisPoints = isMatch ? SAME : OTHER;
  return create(MatchSchema, {
    isMatch,
    scoreBasisPoints,
    thresholdBasisPoints: THRESHOLD,
    falseAcceptOneIn: 1_000,
  });
}

function erasureOf({ template: { template, sealedDigest }, eraseMs }: Parameters<Books["templates"]["set"]>[1]) {
  const isErased = eraseMs !== undefined;
  return create(ErasureSchema, {
    template,
    isErased,
    sealedDigest,
    ...(isErased ? { eraseTime: timestampFromMs(eraseMs) } : {}),
  });
}

/** Makes the error of a refusal. */
export function refused(code: Code, reason: string) {
  return rpcError({ code, reason, domain: "biometrics.malla", message: reason });
}
