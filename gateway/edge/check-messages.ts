/** Looking at the messages of a byte stream: decoded once for the check, then passed on as they came. */
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { contentOf, isCompressed } from "../grpc/envelope.ts";

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECOMPRESSIONS: Readonly<Record<string, Inflate>> = {
  gzip: promisify(gunzip) as Inflate,
  deflate: promisify(inflate) as Inflate,
  br: promisify(brotliDecompress) as Inflate,
};

/** The message in an envelope. @throws ConnectError when it is not of its type, or larger than it may be */
export async function messageOf(
  desc: DescMessage,
  envelope: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Message> {
  if (isCompressed(envelope)) {
    return decodeMessage(desc, await decompress(contentOf(envelope), encoding, maxBytes));
  }
  return decodeMessage(desc, contentOf(envelope));
}

/** A message from bytes. @throws ConnectError INVALID_ARGUMENT when they are not of the type */
export function decodeMessage(desc: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(desc, bytes);
  } catch (error) {
    throw new ConnectError(`the request is no ${desc.typeName}`, Code.InvalidArgument, undefined, undefined, error);
  }
}

async function decompress(bytes: Uint8Array, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const inflateWith = encoding === undefined ? undefined : DECOMPRESSIONS[encoding];
  if (inflateWith === undefined) {
    throw encoding === undefined || encoding === "identity"
      ? new ConnectError("a message is compressed, but grpc-encoding names nothing", Code.Internal)
      : new ConnectError(`grpc-encoding ${encoding} is not supported here`, Code.Unimplemented);
  }
  try {
    return await inflateWith(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ConnectError(`a message is larger than ${maxBytes} bytes`, Code.ResourceExhausted);
    }
    throw new ConnectError(
      `a message is not compressed with ${encoding}`,
      Code.InvalidArgument,
      undefined,
      undefined,
      error,
    );
  }
}
