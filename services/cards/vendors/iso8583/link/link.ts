/**
 * The link to a card host: signs on, keeps itself alive by echoes, connects again when it is lost, and carries requests
 * whose answers may come in any order.
 */
import type { HostPort } from "#platform/config/settings.ts";
import { pause } from "#platform/lifecycle/pause.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { type Backoff, backoffMs } from "./backoff.ts";
import type { IsoMessage } from "./codec.ts";
import { type Connection, openConnection } from "./connection.ts";
import { NoAnswerError, NotSentError } from "./errors.ts";
import { isRequest } from "./exchange.ts";
import { NETWORK_CODES, networkAnswer, networkRequest } from "./network-management.ts";
import type { Numbers } from "./numbers.ts";
import { createOutstanding, type Stray } from "./outstanding.ts";

/** How a link is made. */
export interface LinkOptions {
  readonly address: HostPort;
  /** Field 33 of network messages: who we are to the host. */
  readonly institution: string;
  readonly numbers: Numbers;
  /** Silence after which an echo is sent, in milliseconds. */
  readonly echoEveryMs: number;
  /** Longest wait for a connection, a sign-on or an echo, in milliseconds. */
  readonly controlTimeoutMs: number;
  /** Most requests that may wait for their answers. */
  readonly maxOutstanding: number;
  readonly backoff: Backoff;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Called each time the link comes up. */
  readonly onUp?: () => void;
  /** Called for an answer that nobody waits for. */
  readonly onStray?: (stray: Stray, answer: IsoMessage) => void;
}

/** Up only between sign-on and sign-off. */
export type LinkState = "connecting" | "signing_on" | "up" | "waiting" | "closing" | "closed";

/** A link. */
export interface Link {
  readonly state: LinkState;
  /**
   * Sends a request and waits for its answer, whatever its response code.
   *
   * @throws NotSentError where the host cannot have seen it
   * @throws NoAnswerError where it may have
   * @throws IsoFormatError where it is no message; nothing was sent
   */
  request(message: IsoMessage, timeoutMs: number): Promise<IsoMessage>;
  /** Signs off once what is under way is answered, and ends. */
  close(): Promise<void>;
}

/** Octets that may lie unsent before the host counts as too slow to be given more. */
const MAX_UNSENT_OCTETS = 256 * 1_024;

/** Opens a link. It connects by itself, now and whenever it is lost. */
export function openLink(options: LinkOptions): Link {
  const { address, institution, numbers, controlTimeoutMs, log } = options;
  const outstanding = createOutstanding();
  const stopping = new AbortController();
  let state: LinkState = "connecting";
  let connection: Connection | undefined;
  let lastHeardMs = 0;

  const running = keepUp();

  async function keepUp(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const upMs = await liveOnce();
      failures = upMs > options.echoEveryMs ? 1 : failures + 1;
      if (!stopping.signal.aborted) {
        state = "waiting";
        await pause(backoffMs(options.backoff, failures, Math.random()), stopping.signal);
      }
    }
  }

  /** From connecting to the end of the connection; gives how long it was up, in milliseconds. */
  async function liveOnce(): Promise<number> {
    state = "connecting";
    let upSinceMs: number | undefined;
    let why: string;
    try {
      connection = await openConnection(address, controlTimeoutMs, { onMessage, onGarbage });
      stopping.signal.throwIfAborted();
      state = "signing_on";
      await manage(connection, NETWORK_CODES.signOn);
      state = "up";
      upSinceMs = lastHeardMs = Date.now();
      log.info({ host: `${address.host}:${address.port}` }, "link up");
      options.onUp?.();
      const echoing = new AbortController();
      const echoes = echo(connection, echoing.signal);
      why = await connection.ended;
      echoing.abort();
      await echoes;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      connection?.cut(why);
    }
    connection = undefined;
    outstanding.loseAll(why);
    if (!stopping.signal.aborted) {
      log.warn({ why, wasUp: upSinceMs !== undefined }, "link down");
    }
    return upSinceMs === undefined ? 0 : Date.now() - upSinceMs;
  }

  /** Sends a message of network management; throws unless the host says yes. */
  async function manage(to: Connection, code: string): Promise<void> {
    const answer = await exchange(to, networkRequest(code, institution, await numbers.next()), controlTimeoutMs);
    if (answer.fields[39] !== "00") {
      throw new Error(`the host answered ${answer.fields[39]} to network message ${code}`);
    }
  }

  /** Asks the host for a sign of life when it has been silent; cuts the connection when none comes. */
  async function echo(to: Connection, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await pause(Math.max(1, lastHeardMs + options.echoEveryMs - Date.now()), ended);
      if (!ended.aborted && Date.now() - lastHeardMs >= options.echoEveryMs) {
        await manage(to, NETWORK_CODES.echo).catch((error: Error) => to.cut(`echo: ${error.message}`));
      }
    }
  }

  function exchange(to: Connection, message: IsoMessage, timeoutMs: number): Promise<IsoMessage> {
    const answer = outstanding.wait(message, timeoutMs);
    try {
      to.send(message);
    } catch (error) {
      outstanding.forget(message);
      throw error;
    }
    return answer;
  }

  function onMessage(message: IsoMessage): void {
    lastHeardMs = Date.now();
    if (isRequest(message.mti)) {
      answerHost(message);
      return;
    }
    const stray = outstanding.settle(message);
    if (stray !== undefined) {
      log.warn({ stray, mti: message.mti, stan: message.fields[11], rrn: message.fields[37] }, "answer not waited for");
      options.onStray?.(stray, message);
    }
  }

  function onGarbage(error: Error): void {
    log.warn({ why: error.message }, "the host sent what is no message");
  }

  function answerHost(message: IsoMessage): void {
    if (message.mti === "0800" || message.mti === "0801") {
      connection?.send(networkAnswer(message, "00"));
      if (message.fields[70] === NETWORK_CODES.signOff) {
        connection?.cut("the host signed off");
      }
      return;
    }
    log.warn({ mti: message.mti }, "the host asked for what this side does not serve");
  }

  return {
    get state() {
      return state;
    },
    async request(message, timeoutMs) {
      if (state !== "up" || connection === undefined) {
        throw new NotSentError("down", `the link to the card host is ${state}`);
      }
      if (outstanding.size >= options.maxOutstanding) {
        throw new NotSentError("busy", `${outstanding.size} requests wait for the card host already`);
      }
      if (connection.unsentOctets > MAX_UNSENT_OCTETS) {
        throw new NotSentError("busy", "the card host takes no more at the moment");
      }
      return exchange(connection, message, timeoutMs);
    },
    async close() {
      if (stopping.signal.aborted) {
        return running;
      }
      const open = state === "up" ? connection : undefined;
      state = "closing";
      if (open !== undefined) {
        // Every wait has an end of its own, so this has one too.
        await outstanding.idle();
        await manage(open, NETWORK_CODES.signOff).catch((error: unknown) => {
          if (!(error instanceof NoAnswerError)) {
            log.warn({ err: error }, "the host did not take the sign-off");
          }
        });
      }
      stopping.abort();
      connection?.cut("signed off");
      await running;
      state = "closed";
    },
  };
}
