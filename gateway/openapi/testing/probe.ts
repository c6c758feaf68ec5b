/** Tests a server by its document: requests that are right and nearly right, answers as documented. */
import fc from "fast-check";
import type { OpenApiDocument, Operation } from "../openapi.ts";
import { createCheckAnswer } from "./check-answer.ts";
import { operationsOf } from "./operations.ts";
import { type ProbeRequest, requestsOf } from "./requests.ts";
import { send } from "./send.ts";
import { spoiled } from "./spoil.ts";

/** What is probed, and how much. */
export interface ProbeOptions {
  /** A document of `openApiOf`. */
  readonly document: OpenApiDocument;
  /** Where it is served, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Headers of every request, such as authorization. */
  readonly header?: Readonly<Record<string, string>>;
  /** Requests to each operation, half of them spoiled. Default 40. */
  readonly runs?: number;
  /** Of the random numbers; a failure names it. Default by chance. */
  readonly seed?: number;
  /** Operations to leave alone. Default none. */
  readonly skip?: (operation: Operation) => boolean;
  /** Whether a request that the schemas take must succeed: not where a service has a mind of its own. Default false. */
  readonly mustSucceed?: boolean;
  /** Whether an operation may answer with this status of 500 and above, which must be documented. Default none may. */
  readonly mayFail?: (operation: Operation, status: number) => boolean;
  /** How long a stream is read, in milliseconds. Default 500. */
  readonly readMs?: number;
}

/** What happened. */
export interface ProbeReport {
  readonly requests: number;
  /** How often each status came, by operation. */
  readonly statuses: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/**
 * Probes every operation: no answer is a 5xx but those that may be, none has a status that the operation does not
 * document, and the body of each is of the schema that the document gives it.
 *
 * @throws the smallest request found that fails, with the seed to find it again
 */
export async function probe(options: ProbeOptions): Promise<ProbeReport> {
  const { document, header = {}, runs = 40, seed, mustSucceed = false, readMs = 500 } = options;
  const { skip = () => false, mayFail = () => false } = options;
  const baseUrl = new URL(options.baseUrl);
  const check = createCheckAnswer(document);
  const statuses: Record<string, Record<number, number>> = {};
  let requests = 0;

  for (const placed of operationsOf(document)) {
    const { operation } = placed;
    if (skip(operation)) continue;
    const counts: Record<number, number> = {};
    statuses[operation.operationId] = counts;
    const valid = requestsOf(placed, document);
    const test = (isValid: boolean) => async (request: ProbeRequest) => {
      const answer = await send(request, baseUrl, header, readMs);
      requests++;
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      const problem =
        answer.status >= 500 && !mayFail(operation, answer.status)
          ? `the server failed with ${answer.status}`
          : isValid && mustSucceed && answer.status >= 400
            ? "a request that the document allows was refused"
            : check(operation, answer);
      if (problem !== undefined) throw new Error(`${operation.operationId}: ${problem}\n${answer.body.slice(0, 2000)}`);
    };
    const parameters = {
      numRuns: Math.ceil(runs / 2),
      includeErrorInReport: true,
      ...(seed === undefined ? {} : { seed }),
    };
    await fc.assert(fc.asyncProperty(valid, test(true)), parameters);
    await fc.assert(fc.asyncProperty(spoiled(valid), test(false)), parameters);
  }
  return { requests, statuses };
}
