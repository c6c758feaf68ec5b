/** The client's role: opens streams and takes responses (RFC 9113, 8.1). */
import type { Duplex } from "node:stream";
import { Callbacks } from "./callbacks.ts";
import { ErrorCode, MAX_STREAM_ID } from "./codes.ts";
import { Connection } from "./connection.ts";
import type { HeaderField, Http2Connection, Http2Stream, StreamListener } from "./contract.ts";
import { StreamFault } from "./faults.ts";
import type { Block } from "./header-block.ts";
import { responseFault } from "./header-rules.ts";
import { clientLimits, withDefaults } from "./limits.ts";
import type { ClientOptions } from "./options.ts";
import { protocolFault } from "./payload.ts";
import type { Role } from "./role.ts";
import { Stream } from "./stream.ts";

/** Speaks HTTP/2 on a connected socket: by prior knowledge, or on TLS where ALPN chose h2. Streams may be opened at once. */
export function connectHttp2(socket: Duplex, options: ClientOptions): Http2Connection {
  const limits = withDefaults(clientLimits, options.limits);
  return new Connection(socket, limits, false, (connection) => new ClientRole(connection, options));
}

class ClientRole extends Callbacks implements Role {
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  #wantsCapacity = false;

  constructor(connection: Connection, options: ClientOptions) {
    super(connection, options);
    this.#connection = connection;
    this.#options = options;
  }

  open(headers: readonly HeaderField[], endStream: boolean, listener: StreamListener): Http2Stream | undefined {
    const connection = this.#connection;
    const { table } = connection;
    if (!connection.isUsable) return undefined;
    if (table.open.size >= connection.maxStreams) {
      this.#wantsCapacity = true;
      return undefined;
    }
    const id = table.lastId === 0 ? 1 : table.lastId + 2;
    const stream = new Stream(id, connection, connection.newReceiveWindow(), listener);
    stream.isHead = headers.some(([name, value]) => name === ":method" && value === "HEAD");
    // Throws on what may not be sent: before the id is used.
    stream.sendHeaders(headers, endStream);
    table.lastId = id;
    table.open.set(id, stream);
    if (id + 2 > MAX_STREAM_ID) connection.close();
    return stream;
  }

  takeNew(): void {
    throw protocolFault("HEADERS on an idle stream");
  }

  takeFirst(stream: Stream, block: Block): void {
    const { section, endStream } = block;
    if (section.isTooLarge) throw new StreamFault(ErrorCode.ENHANCE_YOUR_CALM, "the response's headers are too large");
    const fault = responseFault(section);
    if (fault !== undefined) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, fault);
    const status = section.status ?? "";
    if (status.startsWith("1")) {
      if (endStream) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "a response that ends with 1xx");
      this.#connection.abuse.countIdle(1);
      return;
    }
    stream.hasReceivedHeaders = true;
    stream.bodyLeft = stream.isHead || status === "204" || status === "304" ? 0 : section.contentLength;
    if (endStream && stream.bodyLeft) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "a body that is missing");
    if (endStream) stream.isRemoteDone = true;
    stream.listener.onHeaders(section.fields, endStream);
    if (endStream) this.#connection.settle(stream);
  }

  hasCapacity(): void {
    const connection = this.#connection;
    if (!this.#wantsCapacity || !connection.isUsable || connection.streams >= connection.maxStreams) return;
    this.#wantsCapacity = false;
    this.run(() => this.#options.onCapacity?.());
  }
}
