/** Messages in a stream of octets: two octets of length, most significant first, then the message. */

/** Longest message taken. Ours stay below 1,500 octets; a length beyond this is not a message but garbage. */
export const MAX_MESSAGE_OCTETS = 8_192;
/** Shortest: a type and a bitmap. */
const MIN_MESSAGE_OCTETS = 12;
const LENGTH_OCTETS = 2;

/** Thrown when the stream cannot be one of messages: there is no way to find the next one in it. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Puts the length before a message. */
export function frame(message: Buffer): Buffer {
  if (message.length > MAX_MESSAGE_OCTETS) {
    throw new FrameError(`a message of ${message.length} octets is longer than ${MAX_MESSAGE_OCTETS}`);
  }
  const framed = Buffer.allocUnsafe(LENGTH_OCTETS + message.length);
  framed.writeUInt16BE(message.length, 0);
  message.copy(framed, LENGTH_OCTETS);
  return framed;
}

/** Cuts a stream into messages, in whatever pieces it comes. */
export function createFrameReader(): { read(chunk: Buffer): Buffer[] } {
  let waiting: Buffer = Buffer.alloc(0);
  return {
    /** @throws FrameError for a length that no message has. */
    read(chunk) {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const messages: Buffer[] = [];
      let at = 0;
      while (waiting.length - at >= LENGTH_OCTETS) {
        const length = waiting.readUInt16BE(at);
        if (length < MIN_MESSAGE_OCTETS || length > MAX_MESSAGE_OCTETS) {
          throw new FrameError(`a length of ${length} octets is not a message's`);
        }
        if (waiting.length - at < LENGTH_OCTETS + length) {
          break;
        }
        messages.push(waiting.subarray(at + LENGTH_OCTETS, at + LENGTH_OCTETS + length));
        at += LENGTH_OCTETS + length;
      }
      waiting = waiting.subarray(at);
      return messages;
    },
  };
}
