/** What the clauses of kyc work with: a vendor, parties, and short words for its calls. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import type {
  BeginVerificationRequestSchema,
  KycProviderService,
  ProviderVerification,
  TakeDocumentRequestSchema,
} from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import {
  DocumentKind,
  type PartySchema,
  type Step_Kind,
  Step_Outcome,
  Step_Reason,
  VerificationState,
} from "#gen/malla/kyc/v1/verification_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import type { Target } from "../kit/suite.ts";
import { greyImage } from "./png.ts";

/** A party as clauses write it. */
export type PartyInit = Exclude<MessageInitShape<typeof PartySchema>, { readonly $typeName: string }>;

/** What clauses talk to. */
export interface KycBench {
  readonly target: Target<typeof KycProviderService>;
  readonly vendor: Client<typeof KycProviderService>;
  /** Begins a verification, and waits until it is no longer PROCESSING. */
  begin(party: PartyInit, how?: Partial<BeginInit>): Promise<ProviderVerification>;
  read(reference: string): Promise<ProviderVerification>;
  /** Uploads a document, by default a passport with a grey image. */
  upload(reference: string, machineReadable: string, how?: Upload): Promise<ProviderVerification>;
  /** The party that stands on a list, by the parameters. */
  listed(change?: (name: string) => string): PartyInit;
}

type BeginInit = Exclude<MessageInitShape<typeof BeginVerificationRequestSchema>, { readonly $typeName: string }>;

/** How an upload is to be. */
export interface Upload {
  readonly bytes?: Uint8Array;
  readonly requestId?: string;
  /** Breaks off after the first chunk. */
  readonly isCut?: boolean;
}

/** How long a vendor may be PROCESSING, in milliseconds, and the pause between two looks. */
const PROCESSING_MS = 15_000;
const LOOK_MS = 100;
/** Bytes of a chunk. */
const CHUNK = 64 * 1024;
/** How long verifications hold unless a clause says otherwise, in seconds. */
const YEAR = 31_536_000n;

/** Somebody that nobody lists. */
export function ana(change: { readonly givenName?: string; readonly familyName?: string } = {}): PartyInit {
  const { givenName = "Anastácia", familyName = "Xerenguela Prado" } = change;
  const naturalPerson = { givenName, familyName, birthDate: { year: 1990, month: 5, day: 17 } };
  return {
    person: { case: "naturalPerson", value: naturalPerson },
    taxIdentifiers: [{ type: TaxIdentifier_Type.BR_CPF, value: "529.982.247-25" }],
    countryCodes: ["BR"],
  };
}

/** Somebody with another identifier. */
export function withIdentifier(type: TaxIdentifier_Type, value: string): PartyInit {
  return { ...ana(), taxIdentifiers: [{ type, value }] };
}

/** Makes what a clause is given. */
export function openBench(target: Target<typeof KycProviderService>): KycBench {
  const vendor = target.client();
  const read = (reference: string) => vendor.readVerification({ by: { case: "reference", value: reference } });
  return {
    target,
    vendor,
    read,
    async begin(party, how = {}) {
      const request = { requestId: randomUUID(), party, validDuration: { seconds: YEAR }, ...how };
      let verification = await vendor.beginVerification(request);
      for (const until = Date.now() + PROCESSING_MS; verification.state === VerificationState.PROCESSING; ) {
        assert.ok(Date.now() < until, `it is PROCESSING for more than ${PROCESSING_MS / 1000} s`);
        await delay(LOOK_MS);
        verification = await read(verification.reference);
      }
      return verification;
    },
    upload: (reference, machineReadable, how = {}) =>
      vendor.takeDocument(parts(reference, machineReadable, { bytes: greyImage(640, 400), ...how })),
    listed(change = (name) => name) {
      const [year = 0, month = 0, day = 0] = target.parameter("listed_birth_date").split("-").map(Number);
      const [givenName, familyName] = ["listed_given_name", "listed_family_name"].map((name) =>
        change(target.parameter(name)),
      );
      return {
        person: { case: "naturalPerson", value: { givenName, familyName, birthDate: { year, month, day } } },
      } as PartyInit;
    },
  };
}

async function* parts(
  reference: string,
  machineReadable: string,
  { bytes = new Uint8Array(), requestId = randomUUID(), isCut = false }: Upload,
): AsyncGenerator<MessageInitShape<typeof TakeDocumentRequestSchema>> {
  const document = { kind: DocumentKind.PASSPORT, mediaType: "image/png", machineReadable };
  yield { part: { case: "header", value: { reference, requestId, document } } };
  for (let at = 0; at < bytes.length; at += CHUNK) {
    yield { part: { case: "chunk", value: bytes.subarray(at, at + CHUNK) } };
    if (isCut) {
      throw new Error("the upload breaks off here");
    }
  }
}

/** Expects a refusal, and gives its code and reason, e.g. "NotFound VERIFICATION_NOT_FOUND". */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ConnectError) {
      return `${Code[error.code]} ${errorInfoOf(error)?.reason ?? "without a reason"}`;
    }
    throw error;
  }
  throw new assert.AssertionError({ message: "it was answered, and should have been refused" });
}

/** State in the contract's word. */
export function stateOf({ state }: Pick<ProviderVerification, "state">): string {
  return VerificationState[state] ?? String(state);
}

/** What came of a step, e.g. "FAILED CHECK_DIGIT"; undefined where there is none. */
export function stepOf({ steps }: Pick<ProviderVerification, "steps">, kind: Step_Kind): string | undefined {
  const step = steps.find((one) => one.kind === kind);
  if (step === undefined) {
    return undefined;
  }
  const outcome = Step_Outcome[step.outcome] ?? String(step.outcome);
  return step.reason === Step_Reason.UNSPECIFIED ? outcome : `${outcome} ${Step_Reason[step.reason]}`;
}
