/** Calls out to the owner of a connection, whose exceptions are its own matter. */
import type { Connection } from "./connection.ts";
import type { Goaway, Http2Stream } from "./contract.ts";
import type { ClientOptions, ServerOptions } from "./options.ts";

export class Callbacks {
  readonly #connection: Connection;
  readonly #options: ServerOptions | ClientOptions;

  constructor(connection: Connection, options: ServerOptions | ClientOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  goaway(goaway: Goaway): void {
    this.run(() => this.#options.onGoaway?.(goaway));
  }

  closed(error: Error | undefined): void {
    this.run(() => this.#options.onClose?.(error));
  }

  /** Something of the owner threw. */
  failed(error: unknown, stream: Http2Stream | undefined): void {
    const { onError } = this.#options;
    if (onError === undefined) {
      this.#connection.destroy(asError(error));
      return;
    }
    try {
      onError(error, stream);
    } catch (second) {
      this.#connection.destroy(asError(second));
    }
  }

  run(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.failed(error, undefined);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
