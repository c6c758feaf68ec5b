/** A vendor's measure of likeness. */

/** How an engine's descriptors compare. */
export interface Scale {
  /** Likeness of two descriptors in basis points, 0 to 10,000. */
  readonly score: (one: Float32Array, other: Float32Array) => number;
  /** From here on it is a match, in basis points. */
  readonly thresholdBasisPoints: number;
  /** The threshold is declared for one false accept in this many comparisons of two persons. */
  readonly falseAcceptOneIn: number;
  /** Smallest face that is enrolled or compared, in pixels of the shorter side. */
  readonly minFacePixels: number;
  /** How far a head must move from where it began, by engine's measures, for an action to be seen. */
  readonly moves: { readonly yaw: number; readonly pitch: number; readonly mouthOpen: number };
}

/** Basis points of a share of 1, within bounds. */
export function basisPoints(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000);
}
