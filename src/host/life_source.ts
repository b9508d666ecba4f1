/** What a plugin's lives are made of, from what was found out about it. @module */

import type { Clock, EventBus } from "../core/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import type { CodeLoader } from "./code_loader.ts";
import type { ExaminedPlugin } from "./examine.ts";
import type { HostAnswers } from "./guest_host.ts";
import type { LifeSource } from "./life.ts";
import { LoadedPlugin, type LoadedPluginParts } from "./loaded_plugin.ts";
import type { Manifest } from "./manifest.ts";
import { PluginCode } from "./plugin_code.ts";
import { DEFAULT_RESTART } from "./restart_budget.ts";

/** What all plugins of a project share. */
export interface LifeSourceParts extends HostAnswers {
  readonly manifest: Manifest;
  /** With the lock that goes with the manifest. */
  readonly code: CodeLoader;
  readonly settings: LoadedSettings;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** @param registered Told what a plugin registers after its start. */
export function lifeSource(
  examined: ExaminedPlugin,
  parts: LifeSourceParts,
  registered: LoadedPluginParts["registered"],
): LifeSource<LoadedPlugin> {
  const { entry, root, known, section, remote, isolation, granted, settings } = examined;
  const { manifest, settings: { values, variables }, bus, clock, metrics, client } = parts;
  const { metadata } = known!;
  const { code: loader } = parts;
  const code = new PluginCode({
    entry,
    metadata,
    loader,
    listener: { bus, clock },
    imports: section?.imports,
    remote,
    root,
  });
  return {
    isolation,
    restart: section?.restart ?? DEFAULT_RESTART,
    digest: () => code.digest(),
    dispose: () => code.dispose(),
    make: (entered, figures) =>
      new LoadedPlugin({
        entry,
        metadata,
        isolation,
        grant: granted,
        settings: settings!,
        variables,
        manifest,
        code,
        memoryMb: section?.memoryMb ?? values.memoryMb,
        limits: {
          startMs: section?.startTimeoutMs ?? values.pluginStartTimeoutMs,
          callMs: section?.callTimeoutMs ?? values.pluginCallTimeoutMs,
          stopMs: values.pluginStopTimeoutMs,
        },
        bus,
        clock,
        answers: { metrics, client },
        entered,
        figures,
        registered,
      }),
  };
}
