/** What the reference keeps of one tenant. */
import type {
  Erasure,
  Operation,
  ProviderChallenge,
  ProviderTemplate,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";

/** A template, and whose face it is. */
export interface KeptTemplate {
  readonly template: ProviderTemplate;
  person: string;
  eraseMs: number | undefined;
}

/** Answers by what they are of. */
interface Answers {
  readonly template: ProviderTemplate;
  readonly erasure: Erasure;
  readonly challenge: ProviderChallenge;
}

/** The books. */
export interface Books {
  readonly templates: Map<string, KeptTemplate>;
  readonly challenges: Map<string, ProviderChallenge>;
  /** Pictures that answered a challenge. */
  readonly frames: Set<string>;
  readonly requests: Map<string, { readonly digest: string; readonly answer: Operation["answer"] }>;
  /** Runs the work of a request once, and repeats its answer. */
  once<Kind extends keyof Answers>(
    kind: Kind,
    requestId: string,
    digest: string,
    work: () => Answers[Kind],
  ): Answers[Kind];
}

/** Opens new ones. */
export function openBooks(): Books {
  const requests: Books["requests"] = new Map();
  return {
    templates: new Map(),
    challenges: new Map(),
    frames: new Set(),
    requests,
    once(kind, requestId, digest, work) {
      const before = requests.get(requestId);
      if (before !== undefined && before.digest !== digest) {
        throw meshError("REQUEST_ID_REUSED");
      }
      const value = before === undefined ? work() : before.answer.value;
      if (before === undefined) {
        requests.set(requestId, { digest, answer: { case: kind, value } as Operation["answer"] });
      }
      // The digest has the kind in it, so an answer kept under it is of this kind.
      return value as ReturnType<typeof work>;
    },
  };
}
