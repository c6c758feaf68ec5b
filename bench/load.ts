/** Sends requests over HTTP/2 at a steady rate, or as fast as they are answered, and keeps the time each took. */
import { type ClientHttp2Session, connect, constants } from "node:http2";

/** A request to send, made anew for each. */
export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came of a load. */
export interface LoadResult {
  /** Milliseconds from when each request was due to its answer, ascending. */
  readonly latenciesMs: readonly number[];
  /** Answers that were not 200, by status. */
  readonly failures: ReadonlyMap<number, number>;
  readonly requestsPerSecond: number;
}

/** A way to one server over a few connections. */
export interface LoadTarget {
  /** `rate` requests per second for `seconds`; each counts from when it was due, so waiting in line is seen. */
  steady(rate: number, seconds: number, next: () => LoadRequest): Promise<LoadResult>;
  /** `callers` requests at any time for `seconds`. */
  closed(callers: number, seconds: number, next: () => LoadRequest): Promise<LoadResult>;
  close(): void;
}

/** Connections that requests are spread over. */
const SESSIONS = 4;

/** Opens connections to an origin such as "http://127.0.0.1:8080". */
export function openLoadTarget(origin: string): LoadTarget {
  const sessions = Array.from({ length: SESSIONS }, () => connect(origin));
  let turn = 0;
  const send = (request: LoadRequest) => {
    const session = sessions[turn++ % SESSIONS];
    return session === undefined ? Promise.reject(new Error("no session")) : exchange(session, request);
  };
  return {
    async steady(rate, seconds, next) {
      const record = newRecord();
      const started = performance.now();
      const pending: Promise<void>[] = [];
      for (let sent = 0; sent < rate * seconds; ) {
        const due = Math.min(rate * seconds, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
        for (; sent < due; sent++) {
          pending.push(record.measure(started + (sent / rate) * 1000, send(next())));
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.all(pending);
      return record.result(performance.now() - started);
    },
    async closed(callers, seconds, next) {
      const record = newRecord();
      const started = performance.now();
      const caller = async () => {
        while (performance.now() - started < seconds * 1000) {
          await record.measure(performance.now(), send(next()));
        }
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return record.result(performance.now() - started);
    },
    close: () => {
      for (const session of sessions) {
        session.close();
      }
    },
  };
}

/** The value that `share` (0 to 1) of an ascending list stays under. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

function newRecord() {
  const latenciesMs: number[] = [];
  const failures = new Map<number, number>();
  return {
    async measure(dueAt: number, answer: Promise<number>): Promise<void> {
      const status = await answer;
      latenciesMs.push(performance.now() - dueAt);
      if (status !== 200) {
        failures.set(status, (failures.get(status) ?? 0) + 1);
      }
    },
    result: (elapsedMs: number): LoadResult => ({
      latenciesMs: latenciesMs.sort((a, b) => a - b),
      failures,
      requestsPerSecond: (latenciesMs.length / elapsedMs) * 1000,
    }),
  };
}

function exchange(session: ClientHttp2Session, { method, path, headers, body }: LoadRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ...headers,
      [constants.HTTP2_HEADER_METHOD]: method,
      [constants.HTTP2_HEADER_PATH]: path,
    });
    let status = 0;
    stream.on("response", (response) => {
      status = Number(response[constants.HTTP2_HEADER_STATUS]);
    });
    stream.on("error", reject);
    stream.on("end", () => resolve(status));
    stream.resume();
    stream.end(body);
  });
}
