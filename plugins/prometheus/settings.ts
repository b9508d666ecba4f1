/** Where the plugin listens. @module */

import type { PluginSettings, SettingsSchema } from "nuvom";
import { badPort } from "./errors.ts";

/** What `[plugin.prometheus] settings` may say. */
export const SETTINGS = {
  prometheus_port: { type: "number", default: 9150, description: "TCP port; 0 takes any that is free." },
  host: {
    type: "string",
    default: "127.0.0.1",
    description: "Address to listen on; 0.0.0.0 is every one of this machine.",
  },
} as const satisfies SettingsSchema;

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws {NuvomError} `NUVOM_PROMETHEUS_PORT` */
export function readAddress(settings: PluginSettings): Address {
  const { prometheus_port: port = SETTINGS.prometheus_port.default, host = SETTINGS.host.default } = settings;
  if (!Number.isInteger(port) || Number(port) < 0 || Number(port) > 65_535) throw badPort(port);
  return { host: String(host), port: Number(port) };
}
