/** Field 39 of ISO 8583:1987, as this processor answers it. */

/** "00" approved, "10" in part; else why not. */
export type ResponseCode =
  | "00"
  | "10"
  | "05"
  | "12"
  | "13"
  | "14"
  | "41"
  | "43"
  | "51"
  | "54"
  | "55"
  | "57"
  | "61"
  | "62"
  | "65"
  | "75"
  | "78"
  | "81";

/** Whether a code approves. */
export function isApproval(code: ResponseCode): boolean {
  return code === "00" || code === "10";
}
