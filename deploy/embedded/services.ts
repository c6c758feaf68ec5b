/** The services of the embedded mesh: what runs, and who may ask whom for what. */

/** A service and what it may reach. */
export interface ServiceDefinition {
  /** Capability, folder of services/ and database. */
  readonly name: string;
  readonly vendor: string;
  /** Services it calls. */
  readonly calls: readonly string[];
  /** Scopes its peers may assert, as MALLA_PEER_SCOPES has them; who is not named is refused. */
  readonly peerScopes: string;
  /** Options of Node that it does better with. */
  readonly nodeOptions?: readonly string[];
}

/** The edge asserts what the caller's token holds, so it may assert all; a service just what it needs. */
export const SERVICES: readonly ServiceDefinition[] = [
  {
    name: "ledger",
    vendor: "native",
    calls: [],
    peerScopes: "gateway=*;accounts=ledger.read,ledger.write;cards/native=ledger.read,ledger.write",
    // What a batch allocates is gone when it is committed: a young generation of its size spares the old one.
    nodeOptions: ["--max-semi-space-size=64"],
  },
  { name: "customers", vendor: "native", calls: [], peerScopes: "gateway=*;accounts=customers.read" },
  { name: "products", vendor: "native", calls: [], peerScopes: "gateway=*;accounts=products.read" },
  { name: "accounts", vendor: "native", calls: ["ledger", "customers", "products"], peerScopes: "gateway=*" },
  { name: "notifications", vendor: "native", calls: [], peerScopes: "gateway=*" },
  { name: "cards", vendor: "native", calls: ["bindings"], peerScopes: "gateway=*" },
  { name: "biometrics", vendor: "native", calls: ["bindings"], peerScopes: "gateway=*" },
  { name: "kyc", vendor: "native", calls: ["bindings"], peerScopes: "gateway=*" },
  {
    name: "bindings",
    vendor: "native",
    calls: [],
    peerScopes: [
      "gateway=*",
      ...["biometrics", "cards", "kyc"].flatMap((capability) => [
        `${capability}/*=bindings.register`,
        `${capability}=bindings.read,bindings.report`,
      ]),
    ].join(";"),
  },
];
