/** Serves nuvom's figures to Prometheus. @module */

import type { Plugin, PluginContext, PluginSettings } from "nuvom";
import { Renderer } from "./exposition.ts";
import { type MetricsServer, serveMetrics } from "./server.ts";
import { readAddress, readMaxSeries, SETTINGS } from "./settings.ts";

/** The plugin `prometheus`: `/metrics` over HTTP, from `start` to `stop`. */
export class Prometheus implements Plugin {
  readonly name = "prometheus";
  readonly provides = ["monitoring"] as const;
  readonly permissions = { net: [`${SETTINGS.host.default}:${SETTINGS.prometheus_port.default}`] };
  readonly settings = SETTINGS;
  #server: MetricsServer | undefined;

  /** @throws {NuvomError} `NUVOM_PROMETHEUS_…` when a setting is no good or the address can't be listened on. */
  async start(settings: PluginSettings, context: PluginContext): Promise<void> {
    const renderer = new Renderer(context.log, readMaxSeries(settings));
    this.#server = await serveMetrics({
      ...readAddress(settings),
      figures: async (format) => await renderer.render(await context.metrics(), format),
      log: context.log,
      signal: context.signal,
    });
  }

  /** Resolves when the port is free. */
  async stop(): Promise<void> {
    await this.#server?.close();
  }
}

export default Prometheus;
