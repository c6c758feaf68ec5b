/** Where the services of the embedded mesh are, as settings. */
import type { ProcessSettings } from "#platform/config/environment.ts";

/** Where the named services are. */
export function addressSettings(addresses: ReadonlyMap<string, string>, names: readonly string[]): ProcessSettings {
  return Object.fromEntries(names.map((name) => [`MALLA_${name.toUpperCase()}_ADDRESS`, addresses.get(name) ?? ""]));
}
