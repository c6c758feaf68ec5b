/** The part of watchman's HTTP API (v2) that we use, with every way in which it can fail told apart. */
import { z } from "zod";

/** Who is searched for. */
export interface WatchmanQuery {
  readonly name: string;
  readonly type: "person" | "business";
  /** "1962-11-23". */
  readonly birthDate?: string | undefined;
  /** Least score of an answer, 0 to 1. */
  readonly minMatch: number;
  /** At most 100. */
  readonly limit: number;
}

const governmentId = z.object({ type: z.string(), country: z.string(), identifier: z.string() });
const namedParty = z.object({
  altNames: z.array(z.string()).nullish(),
  birthDate: z.string().nullish(),
  governmentIDs: z.array(governmentId).nullish(),
});
/** Fields that we read; watchman has more, and may add others. */
const entity = z.object({
  name: z.string().min(1).max(1_000),
  entityType: z.enum(["person", "business", "organization", "aircraft", "vessel", "unknown"]),
  sourceList: z.string().min(1).max(100),
  sourceID: z.string().min(1).max(100),
  person: namedParty.nullish(),
  business: namedParty.nullish(),
  organization: namedParty.nullish(),
  addresses: z.array(z.object({ country: z.string() })).nullish(),
  /** The list's own row; OFAC's names the programmes. */
  sourceData: z.object({ program: z.array(z.string()).nullish() }).nullish(),
  /** A score outside 0 to 1 is no score. */
  match: z.number().min(0).max(1),
});
const searchAnswer = z.object({ entities: z.array(entity).max(100).nullable() });
const listAnswer = z.object({ lists: z.record(z.string(), z.number()), endedAt: z.string() });

/** A listed party with watchman's score. */
export type WatchmanEntity = z.infer<typeof entity>;

/** What watchman has loaded. */
export type WatchmanLists = z.infer<typeof listAnswer>;

/** Why there is no answer to use. "timeout" and "unreachable": asking again may help; the others: somebody must look. */
export type WatchmanFault = "unreachable" | "timeout" | "failed" | "refused" | "invalid";

export class WatchmanError extends Error {
  override readonly name = "WatchmanError";
  readonly fault: WatchmanFault;

  constructor(fault: WatchmanFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

export interface WatchmanApi {
  /** Parties at or above the score, best first. */
  search(query: WatchmanQuery, signal: AbortSignal): Promise<WatchmanEntity[]>;
  lists(signal: AbortSignal): Promise<WatchmanLists>;
}

/** A hundred entities with all their remarks have under 1 MB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** It answers in 50 ms on the whole list. Within the mesh's deadlines, with time left to say so. */
const ANSWER_MS = 5_000;

/** The API at a base address. @param timeoutMs longest wait for one answer */
export function openWatchmanApi(url: string, timeoutMs = ANSWER_MS): WatchmanApi {
  const ask = async <Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    signal: AbortSignal,
  ): Promise<z.infer<Shape>> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const text = await read(new URL(path, url), AbortSignal.any([signal, limit])).catch((error: unknown) => {
      throw faultOf(error, signal, limit, timeoutMs);
    });
    const parsed = shape.safeParse(parseJson(text));
    if (!parsed.success) {
      throw new WatchmanError(
        "invalid",
        `answer is not as watchman's API has it: ${z.prettifyError(parsed.error).slice(0, 500)}`,
      );
    }
    return parsed.data;
  };
  return {
    async search(query, signal) {
      const { entities } = await ask(`/v2/search?${parametersOf(query)}`, searchAnswer, signal);
      return (entities ?? []).filter(({ match }) => match >= query.minMatch);
    },
    lists: (signal) => ask("/v2/listinfo", listAnswer, signal),
  };
}

function parametersOf({ name, type, birthDate, minMatch, limit }: WatchmanQuery): URLSearchParams {
  const parameters = new URLSearchParams({ name, type, minMatch: minMatch.toFixed(4), limit: String(limit) });
  if (birthDate !== undefined && type === "person") {
    parameters.set("birthDate", birthDate);
  }
  return parameters;
}

async function read(url: URL, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok) {
    const fault = response.status >= 500 ? "failed" : "refused";
    await response.body?.cancel();
    throw new WatchmanError(fault, `watchman answers ${response.status}`);
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > MAX_ANSWER_BYTES) {
      throw new WatchmanError("invalid", `answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** The caller's own end of waiting is passed on as it is. */
function faultOf(error: unknown, caller: AbortSignal, limit: AbortSignal, timeoutMs: number): unknown {
  if (error instanceof WatchmanError || caller.aborted) {
    return error;
  }
  if (limit.aborted) {
    return new WatchmanError("timeout", `watchman did not answer within ${timeoutMs} ms`, { cause: error });
  }
  return new WatchmanError("unreachable", "watchman cannot be reached, or broke off", { cause: error });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WatchmanError("invalid", "answer is no JSON", { cause: error });
  }
}
