/** The card host as a program: its settings, what it opens, and how it ends. */
import { type Environment, readSettings } from "#platform/config/settings.ts";
import type { RunningProgram } from "#platform/lifecycle/process.ts";
import { openLogger } from "#platform/telemetry/log.ts";
import { openCardHost } from "./card-host.ts";
import { hostSettings } from "./config.ts";
import { startControl } from "./control.ts";
import { createFaults } from "./faults.ts";
import { startHostServer } from "./server.ts";

/** Name in logs. */
export const HOST_NAME = "card-host";

/**
 * Starts the host in this process.
 *
 * @throws SettingsError when the environment lacks settings or holds wrong ones.
 */
export async function startCardHost(environment: Environment): Promise<RunningProgram> {
  const settings = readSettings(environment, hostSettings);
  const log = openLogger(HOST_NAME, settings.MALLA_LOG_LEVEL);
  const host = openCardHost({
    journalFile: settings.MALLA_CARD_HOST_JOURNAL,
    iin: settings.MALLA_CARD_HOST_IIN,
    accountNamed: settings.MALLA_CARD_HOST_ACCOUNTS,
    zoneKeys: settings.MALLA_CARD_HOST_ZONE_KEYS ?? new Map(),
  });
  const faults = createFaults();
  const server = await startHostServer({ listen: settings.MALLA_LISTEN, process: host.process, faults, log });
  const control =
    settings.MALLA_CARD_HOST_CONTROL_LISTEN === undefined
      ? undefined
      : await startControl(settings.MALLA_CARD_HOST_CONTROL_LISTEN, faults, host.show);
  return {
    listen: `${server.address.host}:${server.address.port}`,
    log,
    async close() {
      await control?.close();
      await server.close();
      host.close();
    },
  };
}
