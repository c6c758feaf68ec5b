/** The writer's connection: what is sent arrives later, or in part, or never, and so does what is answered. */
import { happens } from "../../domain/testing/draw.ts";
import type { CopyBuffer } from "../../store/copy-buffer.ts";
import { SimulatedFault } from "./simulated-fault.ts";
import { FENCED, type SimulatedPostgres } from "./simulated-postgres.ts";
import type { World } from "./world.ts";

export interface Connection {
  /** Sends a batch; ends when it is known to be durable. */
  commit(batch: CopyBuffer): Promise<void>;
  /** Breaks it: what the other side had not read may still arrive, whole, torn or late; no answer comes any more. */
  lose(): void;
  /** Like `lose`, of a process that is gone and hears of nothing. */
  abandon(): void;
}

interface Sent {
  /** The buffer itself: who writes to it too soon changes what is sent. */
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Opens it. `onLost` hears of its end. */
export function connect(world: World, postgres: SimulatedPostgres, onLost: (error: Error) => void): Connection {
  let outbox: Sent[] = [];
  let inbox: (() => void)[] = [];
  const { draw } = world;
  let isOpen = true;

  const arrive = (): void => {
    const sent = outbox.shift();
    if (sent === undefined) {
      return;
    }
    try {
      postgres.receive(Buffer.from(sent.bytes));
      inbox.push(sent.resolve);
    } catch (error) {
      if (!isRefusal(error)) {
        world.fault(error);
      }
      inbox.push(() => sent.reject(error));
    }
    world.later(() => inbox.shift()?.());
  };

  const cut = (): Sent[] => {
    isOpen = false;
    inbox = [];
    const rest = outbox;
    outbox = [];
    // Of what was under way some arrives whole, then one is torn, and the rest is lost.
    for (const { bytes } of rest.slice(0, draw(rest.length + 1))) {
      const whole = Buffer.from(bytes);
      const isTorn = happens(draw, 40);
      const reached = isTorn ? whole.subarray(0, draw(whole.length)) : whole;
      const deliver = () => receive(reached);
      if (happens(draw, 30)) {
        world.later(deliver);
      } else {
        deliver();
      }
      if (isTorn) {
        break;
      }
    }
    return rest;
  };

  /** Nobody hears what becomes of it. */
  const receive = (bytes: Buffer): void => {
    try {
      postgres.receive(bytes);
    } catch (error) {
      if (!isRefusal(error) && !isGap(error)) {
        world.fault(error);
      }
    }
  };

  return {
    commit(batch) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (!isOpen) {
        reject(new SimulatedFault("the connection is gone"));
        return promise;
      }
      outbox.push({ bytes: batch.slice(), resolve, reject });
      world.later(arrive);
      return promise;
    },
    lose() {
      const unanswered = cut();
      const error = new SimulatedFault("the connection is gone");
      for (const { reject } of unanswered) {
        reject(error);
      }
      onLost(error);
    },
    abandon: () => void cut(),
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === FENCED;
}

/** A batch whose predecessor was lost on the way does not follow the log. */
function isGap(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "gap";
}
