/** Starts the vendors of the embedded mesh, each as it gets ready: a bank works without those that do not run here. */
import { databaseEnvironment, type ProcessSettings, tlsEnvironment } from "#platform/config/environment.ts";
import type { Pki } from "#platform/embedded/pki.ts";
import { freePort } from "#platform/embedded/ports.ts";
import type { EmbeddedPostgres } from "#platform/embedded/postgres.ts";
import { keptSecret } from "#platform/embedded/secrets.ts";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import type { Supervised } from "#platform/embedded/supervise.ts";
import type { Parts } from "./parts.ts";
import { databaseOf, programOf, VENDORS, type VendorDefinition } from "./vendors.ts";

/** What vendors are started with. */
export interface VendorsGround {
  readonly state: StateFolder;
  readonly postgres: EmbeddedPostgres;
  readonly pki: Pki;
  readonly parts: Parts;
  /** Where services listen, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly run: (
    name: string,
    program: string,
    env: ProcessSettings,
    nodeOptions?: readonly string[],
  ) => Promise<Supervised>;
  readonly progress: (line: string) => void;
  /** Gives up the starts that are under way. */
  readonly signal: AbortSignal;
}

/** Vendors that start. */
export interface StartedVendors {
  /** Those that run so far, by "capability/vendor". */
  readonly running: ReadonlyMap<string, Supervised>;
  /** Resolves when each that is not slow runs or has said, by `progress`, why it does not. */
  readonly settled: Promise<void>;
  /** Resolves when all have. */
  readonly allSettled: Promise<void>;
}

/** Starts all of them. */
export function startVendors(ground: VendorsGround): StartedVendors {
  const running = new Map<string, Supervised>();
  const start = async (definition: VendorDefinition) => {
    const name = `${definition.capability}/${definition.vendor}`;
    try {
      const settings = await settingsOf(definition, ground);
      const started = await ground.run(name, programOf(definition), settings, definition.nodeOptions);
      running.set(name, ground.parts.add("vendors", started));
    } catch (error) {
      if (!ground.signal.aborted) {
        ground.progress(`vendor ${name} does not run: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const starts = VENDORS.map((definition) => ({ isSlow: definition.isSlow === true, started: start(definition) }));
  const all = async (ones: typeof starts) => void (await Promise.all(ones.map(({ started }) => started)));
  return { running, settled: all(starts.filter(({ isSlow }) => !isSlow)), allSettled: all(starts) };
}

async function settingsOf(definition: VendorDefinition, ground: VendorsGround): Promise<ProcessSettings> {
  const { state, postgres, pki, addresses, parts, progress, signal } = ground;
  const addressOf = (service: string) => addresses.get(service) ?? "";
  const secretOf = (name: string) => keptSecret(state, name);
  const { capability, vendor } = definition;
  return {
    MALLA_LISTEN: `127.0.0.1:${await freePort()}`,
    MALLA_BINDINGS_ADDRESS: addressOf("bindings"),
    ...tlsEnvironment(await pki.issueVendorCertificate(capability, vendor)),
    ...(definition.hasDatabase
      ? databaseEnvironment(await postgres.ensureServiceDatabase(databaseOf(definition)))
      : {}),
    ...(await definition.settings?.({ state, addressOf, secretOf, parts, progress, signal })),
  };
}
