/** The server's role: takes requests (RFC 9113, 8.1). */
import type { Duplex } from "node:stream";
import { Callbacks } from "./callbacks.ts";
import { ErrorCode } from "./codes.ts";
import { Connection } from "./connection.ts";
import type { Http2Connection } from "./contract.ts";
import { StreamFault } from "./faults.ts";
import type { Block } from "./header-block.ts";
import { requestFault } from "./header-rules.ts";
import { selfDependent } from "./inbound.ts";
import { serverLimits, withDefaults } from "./limits.ts";
import type { OnStream, ServerOptions } from "./options.ts";
import { protocolFault } from "./payload.ts";
import type { Role } from "./role.ts";
import { deaf, Stream } from "./stream.ts";

/** Serves HTTP/2 on a connected socket: by prior knowledge, or on TLS where ALPN chose h2. */
export function serveHttp2(socket: Duplex, options: ServerOptions, onStream: OnStream): Http2Connection {
  const limits = withDefaults(serverLimits, options.limits);
  return new Connection(socket, limits, true, (connection) => new ServerRole(connection, options, onStream));
}

class ServerRole extends Callbacks implements Role {
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #onStream: OnStream;

  constructor(connection: Connection, options: ServerOptions, onStream: OnStream) {
    super(connection, options);
    this.#connection = connection;
    this.#options = options;
    this.#onStream = onStream;
  }

  takeNew(block: Block): void {
    const { table, abuse, limits, isFinal } = this.#connection;
    if (block.streamId % 2 === 0) throw protocolFault("a client's stream has an odd id");
    if (isFinal) {
      abuse.countIdle(1);
      return;
    }
    table.lastId = block.streamId;
    if (table.open.size >= limits.maxConcurrentStreams) this.#refuse(block.streamId);
    else this.#accept(block);
  }

  takeFirst(): void {
    throw protocolFault("a server opens no streams");
  }

  open(): undefined {
    return undefined;
  }

  hasCapacity(): void {
    // Clients open streams, and learn of room by the end of others.
  }

  #refuse(streamId: number): void {
    const { table, abuse, areSettingsKnown } = this.#connection;
    table.noteReset(streamId);
    this.#connection.sendReset(streamId, ErrorCode.REFUSED_STREAM);
    abuse.countAnswer();
    // Before it knew the limit, the client could not keep to it.
    if (areSettingsKnown) abuse.countReset();
    else abuse.countIdle(1);
  }

  #accept(block: Block): void {
    const { streamId, section, endStream } = block;
    const { table, abuse } = this.#connection;
    if (!section.isTooLarge) this.#check(block);
    const stream = new Stream(streamId, this.#connection, this.#connection.newReceiveWindow(), deaf);
    stream.hasReceivedHeaders = true;
    stream.isRemoteDone = endStream;
    stream.bodyLeft = section.contentLength;
    table.open.set(streamId, stream);
    abuse.noteUseful(0);
    if (section.isTooLarge) this.#answerTooLarge(stream, block);
    else stream.listener = this.#onStream(stream, section.fields, endStream);
  }

  #check(block: Block): void {
    const { streamId, section, endStream } = block;
    const fault = requestFault(section) ?? (endStream && section.contentLength ? "a body that is missing" : undefined);
    if (fault === undefined && !block.isSelfDependent) return;
    this.#connection.table.noteReset(streamId);
    throw fault === undefined ? selfDependent() : new StreamFault(ErrorCode.PROTOCOL_ERROR, fault);
  }

  #answerTooLarge(stream: Stream, block: Block): void {
    stream.bodyLeft = undefined;
    const { onHeadersTooLarge } = this.#options;
    if (onHeadersTooLarge !== undefined) {
      stream.listener = onHeadersTooLarge(stream, block.section.fields, block.endStream);
      return;
    }
    stream.sendHeaders([[":status", "431"]], true);
    // The rest of the request is not wanted (RFC 9113, 8.1).
    stream.reset(ErrorCode.NO_ERROR);
  }
}
