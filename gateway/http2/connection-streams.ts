/** The streams of a connection and the credit they share. */
import type { Duplex } from "node:stream";
import { Abuse } from "./abuse.ts";
import { ErrorCode, INITIAL_WINDOW_BYTES } from "./codes.ts";
import type { StreamReset } from "./contract.ts";
import { ConnectionFault, type StreamFault } from "./faults.ts";
import { writeReset, writeWindowUpdate } from "./frame-writer.ts";
import type { Limits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { lost, type Stream, type StreamHome } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";

export abstract class ConnectionStreams implements StreamHome {
  readonly isServer: boolean;
  readonly limits: Limits;
  readonly abuse: Abuse;
  readonly outbound: Outbound;
  readonly table = new StreamTable();
  readonly window: ReceiveWindow;
  /** The peer has acknowledged our SETTINGS. */
  areSettingsKnown = false;
  /** Nothing is read or written any more. */
  isOver = false;

  constructor(socket: Duplex, limits: Limits, isServer: boolean) {
    this.isServer = isServer;
    this.limits = limits;
    this.abuse = new Abuse(limits);
    this.outbound = new Outbound(socket, this.abuse);
    const size = limits.connectionWindowBytes;
    this.window = new ReceiveWindow(size, Math.max(size, INITIAL_WINDOW_BYTES));
  }

  /** A stream was taken off. */
  protected abstract streamLeft(): void;
  /** Something of the owner's threw. */
  protected abstract ownerFailed(error: unknown, stream: Stream | undefined): void;

  /** Until it has acknowledged our SETTINGS, the peer goes by the protocol's own window. */
  newReceiveWindow(): ReceiveWindow {
    const size = this.limits.streamWindowBytes;
    return new ReceiveWindow(size, this.areSettingsKnown ? size : Math.max(size, INITIAL_WINDOW_BYTES));
  }

  returnCredit(stream: Stream, bytes: number): void {
    const increment = stream.isGone || stream.isRemoteDone ? 0 : stream.receiveWindow.release(bytes);
    if (increment > 0) {
      writeWindowUpdate(this.outbound.output, stream.id, increment);
      this.outbound.schedule();
    }
    this.returnConnectionCredit(bytes);
  }

  returnConnectionCredit(bytes: number): void {
    const increment = this.window.release(bytes);
    if (increment === 0 || this.isOver) return;
    writeWindowUpdate(this.outbound.output, 0, increment);
    this.outbound.schedule();
  }

  settle(stream: Stream): void {
    if (stream.isLocalDone && stream.isRemoteDone && !stream.isGone) this.remove(stream, "complete");
  }

  resetStream(stream: Stream, code: number, told?: StreamReset): void {
    this.sendReset(stream.id, code);
    this.remove(stream, "reset-here", told);
  }

  sendReset(streamId: number, code: number): void {
    writeReset(this.outbound.output, streamId, code);
    this.outbound.schedule();
  }

  /** Takes a stream off the connection; `told` is what its listener hears of that. */
  remove(stream: Stream, ending: "complete" | "reset-here" | "reset-there", told?: StreamReset): void {
    this.table.remove(stream, ending);
    stream.leave();
    if (ending !== "complete" && stream.unconsumed > 0) {
      this.returnConnectionCredit(stream.unconsumed);
      stream.unconsumed = 0;
    }
    if (told !== undefined) stream.die(told);
    this.streamLeft();
  }

  /** A stream broke the rules: RST_STREAM, and its listener is told. */
  failStream(streamId: number, fault: StreamFault): void {
    if (this.table.isIdle(streamId)) throw new ConnectionFault(fault.code, fault.message);
    const stream = this.table.open.get(streamId);
    if (stream === undefined) this.sendReset(streamId, fault.code);
    else this.resetStream(stream, fault.code, lost(fault.code, false, fault.message));
    this.abuse.countAnswer();
    if (this.isServer) this.abuse.countReset();
  }

  tell(stream: Stream, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.listenerFailed(error, stream);
    }
  }

  listenerFailed(error: unknown, stream: Stream | undefined): void {
    if (stream !== undefined && !stream.isGone) this.resetStream(stream, ErrorCode.INTERNAL_ERROR);
    this.ownerFailed(error, stream);
  }
}
