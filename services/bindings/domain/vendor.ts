/** A vendor of the mesh: its lease, and what the conformance kit found of it. */

/** What a vendor says it can do. */
export interface Capabilities {
  /** Version of its software. */
  readonly version: string;
  readonly features: readonly string[];
  /** By name; whole numbers as decimal digits, which JSON keeps. */
  readonly limits: Readonly<Record<string, string>>;
}

/** What a vendor's software was found to do; later is more. */
export const LEVELS = ["none", "declared", "conformant", "certified"] as const;

/** One of them. */
export type Level = (typeof LEVELS)[number];

/** A certificate whose signature was checked. */
export interface Certificate {
  /** The compact JWS. */
  readonly jws: string;
  readonly level: Exclude<Level, "none">;
  readonly vendorVersion: string;
  /** Features that were tested. */
  readonly features: readonly string[];
  readonly contractDigest: string;
  readonly expireTime: Date;
}

/** A vendor. */
export interface Vendor {
  readonly capability: string;
  readonly vendor: string;
  /** "host:port". */
  readonly address: string;
  readonly capabilities: Capabilities;
  /** `left` in order, or `lost` when its lease ended. */
  readonly state: "active" | "left" | "lost";
  readonly leaseExpireTime: Date;
  readonly certificate: Certificate | undefined;
  readonly version: bigint;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** What a vendor says when it comes. */
export type Arrival = Pick<Vendor, "capability" | "vendor" | "address" | "capabilities"> & {
  /** Undefined: the one that is known already, if any. */
  readonly certificate: Certificate | undefined;
};

/** How long a vendor is taken to be there without a further word, in milliseconds: three words may be lost. */
export const LEASE_MS = 15_000;
/** How often a vendor has to say that it is there, in milliseconds. */
export const RENEW_MS = 4_000;

/** The vendor as it is when it has come; with its version unchanged where nothing but its lease is new. */
export function arrived(before: Vendor | undefined, arrival: Arrival, at: Date): Vendor {
  const leaseExpireTime = new Date(at.getTime() + LEASE_MS);
  if (before === undefined) {
    return { ...arrival, state: "active", leaseExpireTime, version: 1n, createTime: at, updateTime: at };
  }
  const certificate = arrival.certificate ?? before.certificate;
  const isAsBefore =
    before.state === "active" &&
    before.address === arrival.address &&
    before.certificate?.jws === certificate?.jws &&
    isSameWord(before.capabilities, arrival.capabilities);
  return isAsBefore
    ? { ...before, leaseExpireTime }
    : changed(before, { ...arrival, certificate, state: "active", leaseExpireTime }, at);
}

/** The vendor with its lease kept; undefined where it holds none. */
export function renewed(vendor: Vendor, at: Date): Vendor | undefined {
  return vendor.state === "active" ? { ...vendor, leaseExpireTime: new Date(at.getTime() + LEASE_MS) } : undefined;
}

/** The vendor without its lease; as it was where it held none. */
export function gone(vendor: Vendor, how: "left" | "lost", at: Date): Vendor {
  return vendor.state === "active" ? changed(vendor, { state: how }, at) : vendor;
}

/** The vendor with a certificate. */
export function certified(vendor: Vendor, certificate: Certificate, at: Date): Vendor {
  return vendor.certificate?.jws === certificate.jws ? vendor : changed(vendor, { certificate }, at);
}

/** What the certificate proves now: of the version that runs, of no feature that was not tested, until it expires. */
export function levelOf({ certificate, capabilities }: Pick<Vendor, "certificate" | "capabilities">, at: Date): Level {
  return certificate !== undefined &&
    certificate.vendorVersion === capabilities.version &&
    capabilities.features.every((feature) => certificate.features.includes(feature)) &&
    certificate.expireTime > at
    ? certificate.level
    : "none";
}

/** Whether one level is at least another. */
export function isAtLeast(level: Level, required: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(required);
}

function changed(vendor: Vendor, change: Partial<Vendor>, at: Date): Vendor {
  return { ...vendor, ...change, version: vendor.version + 1n, updateTime: at };
}

function isSameWord(one: Capabilities, other: Capabilities): boolean {
  const limits = (word: Capabilities) => Object.entries(word.limits).sort(([a], [b]) => (a < b ? -1 : 1));
  const word = (of: Capabilities) => JSON.stringify([of.version, [...of.features].sort(), limits(of)]);
  return word(one) === word(other);
}
