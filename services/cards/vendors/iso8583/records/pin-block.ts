/** PIN blocks on the wire: field 52 has eight octets, so format 0 of ISO 9564-1; the name of the key is element KI of field 48. */
import { type PinBlock, PinBlock_Format } from "#gen/malla/cards/v1/card_pb.js";

const OCTETS = 8;

/** Field 52 in hexadecimal, and the element that names its key; undefined for a block that the field cannot hold. */
export function packPinBlock({ format, keyId, block }: PinBlock) {
  return format === PinBlock_Format.ISO_0 && block.length === OCTETS
    ? { pinBlock: Buffer.from(block).toString("hex").toUpperCase(), data: { KI: keyId } }
    : undefined;
}
