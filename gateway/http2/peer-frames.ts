/** What the peer's frames do to streams and connection, whichever side the peer is (RFC 9113, 5 and 6). */
import { ErrorCode, errorName, MAX_WINDOW_BYTES } from "./codes.ts";
import type { Connection } from "./connection.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import { writePing, writeSettingsAck } from "./frame-writer.ts";
import type { Block } from "./header-block.ts";
import { trailerFault } from "./header-rules.ts";
import { type FrameHandler, selfDependent } from "./inbound.ts";
import { protocolFault } from "./payload.ts";
import { SETTING_BYTES } from "./settings.ts";
import { lost, type Stream } from "./stream.ts";

/** A chunk that is a smaller part of what was read than one in so many is copied, lest it keep all of that in memory. */
const COPY_BELOW = 16;

export class PeerFrames implements FrameHandler {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  onData(id: number, bytes: Buffer, start: number, end: number, frameBytes: number, endStream: boolean): void {
    const connection = this.#connection;
    if (!connection.window.take(frameBytes)) {
      throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "more data than the connection's window");
    }
    const stream = connection.table.open.get(id);
    if (stream === undefined) {
      connection.returnConnectionCredit(frameBytes);
      this.#late(id, "DATA");
      return;
    }
    stream.unconsumed += frameBytes;
    checkData(stream, end - start, frameBytes, endStream);
    if (end - start < frameBytes) stream.consume(frameBytes - (end - start));
    if (end === start && !endStream) {
      connection.abuse.countIdle(1);
      return;
    }
    const chunk = bytes.subarray(start, end);
    if (endStream) stream.isRemoteDone = true;
    stream.listener.onData(chunk.length * COPY_BELOW < bytes.length ? Buffer.from(chunk) : chunk, endStream);
    if (endStream) connection.settle(stream);
  }

  onBlock(block: Block): void {
    const connection = this.#connection;
    const stream = connection.table.open.get(block.streamId);
    if (stream === undefined) {
      if (connection.table.isIdle(block.streamId)) connection.role.takeNew(block);
      else this.#late(block.streamId, "HEADERS");
      return;
    }
    if (stream.isRemoteDone) throw new StreamFault(ErrorCode.STREAM_CLOSED, "HEADERS after the end");
    if (block.isSelfDependent) throw selfDependent();
    if (stream.hasReceivedHeaders) this.#trailers(stream, block);
    else connection.role.takeFirst(stream, block);
  }

  onIdleFrame(): void {
    this.#connection.abuse.countIdle(1);
  }

  onRstStream(id: number, code: number): void {
    const connection = this.#connection;
    const stream = connection.table.open.get(id);
    if (stream === undefined) {
      if (this.#isIdle(id)) throw protocolFault("RST_STREAM of an idle stream");
      connection.abuse.countIdle(1);
      return;
    }
    connection.remove(stream, "reset-there", lost(code, false, `reset by the peer: ${errorName(code)}`));
    if (connection.isServer && !stream.isLocalDone) connection.abuse.countReset();
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    const { abuse, outbound, role, table, isServer } = this.#connection;
    abuse.countIdle(1 + Math.floor((end - start) / SETTING_BYTES));
    const change = outbound.takeSettings(bytes, start, end, !isServer);
    if (change !== 0) {
      for (const stream of table.open.values()) {
        if (stream.sendWindow + change > MAX_WINDOW_BYTES) {
          throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE overflows a stream's window");
        }
        outbound.widenStream(stream, change);
      }
    }
    writeSettingsAck(outbound.output);
    outbound.schedule();
    abuse.countAnswer();
    role.hasCapacity();
  }

  onSettingsAck(): void {
    if (this.#connection.areSettingsKnown) this.#connection.abuse.countIdle(1);
    else {
      this.#connection.areSettingsKnown = true;
      this.#connection.inbound.blocks.settingsAcknowledged();
    }
  }

  onPing(opaque: Buffer, isAck: boolean): void {
    const { abuse, outbound, pings } = this.#connection;
    if (isAck) {
      if (!pings.answer(opaque)) abuse.countIdle(1);
      return;
    }
    abuse.countIdle(1);
    abuse.countAnswer();
    writePing(outbound.output, opaque, true);
    outbound.schedule();
  }

  onGoaway(lastStreamId: number, code: number, debug: string): void {
    const connection = this.#connection;
    connection.abuse.countIdle(1);
    connection.isLeaving = true;
    connection.role.goaway({ lastStreamId, code, debug });
    if (!connection.isServer) {
      for (const stream of [...connection.table.open.values()].filter(({ id }) => id > lastStreamId)) {
        connection.remove(stream, "reset-there", lost(code, true, `going away: ${errorName(code)}`));
      }
    }
    connection.isFinal = true;
    connection.finishIfDone();
  }

  onWindowUpdate(id: number, increment: number): void {
    const { abuse, outbound, table } = this.#connection;
    abuse.countIdle(1);
    const stream = table.open.get(id);
    if (id === 0) outbound.widen(increment);
    else if (stream !== undefined) outbound.widenStream(stream, increment);
    else if (this.#isIdle(id)) throw protocolFault("WINDOW_UPDATE of an idle stream");
  }

  #trailers(stream: Stream, block: Block): void {
    const { section, endStream } = block;
    if (section.isTooLarge) throw new StreamFault(ErrorCode.ENHANCE_YOUR_CALM, "trailers are too large");
    if (!endStream) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "trailers that do not end the stream");
    const fault = trailerFault(section) ?? (stream.bodyLeft ? "a body shorter than its content-length" : undefined);
    if (fault !== undefined) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, fault);
    stream.isRemoteDone = true;
    stream.listener.onTrailers(section.fields);
    this.#connection.settle(stream);
  }

  #isIdle(id: number): boolean {
    // After the last GOAWAY the peer may have opened streams that are passed over.
    return this.#connection.table.isIdle(id) && !(this.#connection.isFinal && id % 2 === 1);
  }

  /** A frame for a stream that is not open (RFC 9113, 5.1). */
  #late(id: number, frame: string): void {
    const { table, abuse, isFinal } = this.#connection;
    if (this.#isIdle(id)) throw protocolFault(`${frame} on an idle stream`);
    const ending = isFinal && id > table.lastId ? "forgotten" : table.endingOf(id);
    if (ending === "complete") throw new ConnectionFault(ErrorCode.STREAM_CLOSED, `${frame} after the end`);
    if (ending === "never-opened") throw protocolFault(`${frame} on a stream that was passed over`);
    if (ending === "reset-there") throw new StreamFault(ErrorCode.STREAM_CLOSED, `${frame} after RST_STREAM`);
    abuse.countIdle(1);
  }
}

function checkData(stream: Stream, length: number, frameBytes: number, endStream: boolean): void {
  if (stream.isRemoteDone) throw new StreamFault(ErrorCode.STREAM_CLOSED, "DATA after the end");
  if (!stream.hasReceivedHeaders) throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "DATA before HEADERS");
  if (!stream.receiveWindow.take(frameBytes)) {
    throw new StreamFault(ErrorCode.FLOW_CONTROL_ERROR, "more data than the stream's window");
  }
  if (stream.bodyLeft === undefined) return;
  stream.bodyLeft -= length;
  if (stream.bodyLeft < 0 || (endStream && stream.bodyLeft > 0)) {
    throw new StreamFault(ErrorCode.PROTOCOL_ERROR, "a body that is not as long as its content-length");
  }
}
