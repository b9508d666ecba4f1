/** What a plugin may say of itself and of what it registers. @module */

import {
  CAPABILITIES,
  HOOK_METHODS,
  type MetricFamily,
  type MetricSample,
  PERMISSION_KINDS,
  type PermissionSet,
  type PluginMetadata,
  type SettingSpec,
} from "../core/mod.ts";
import type { OpenedBackend, Registration } from "../sandbox/mod.ts";
import {
  anything,
  boolean,
  count,
  dictionary,
  list,
  Mismatch,
  name,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from "./shape.ts";

const pluginName: Shape<string> = (value, at) => {
  if (/^[a-z0-9][a-z0-9_-]{0,99}$/.test(text(value, at))) return value as string;
  throw new Mismatch(`${at} is not lower case letters, digits, _ and -, at most 100`);
};

const scope: Shape<readonly string[] | true> = (value, at) => value === true ? true : list(text)(value, at);

/** Permissions by kind. */
export const permissions: Shape<PermissionSet> = object(
  Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, optional(scope)])),
) as Shape<PermissionSet>;

const settingSpec: Shape<SettingSpec> = object<SettingSpec>({
  type: oneOf(["string", "number", "boolean", "array", "object"] as const),
  description: optional(text),
  default: anything,
  required: optional(boolean),
  secret: optional(boolean),
});

/** What a module says of its plugin. */
export const pluginMetadata: Shape<PluginMetadata> = object<PluginMetadata>({
  apiVersion: text,
  name: pluginName,
  version: nullable(text),
  provides: list(oneOf(CAPABILITIES)),
  requires: list(text),
  permissions,
  settings: dictionary(settingSpec),
  exportName: text,
});

type Kinds = { readonly [K in Registration["kind"]]: Shape<Extract<Registration, { kind: K }>> };

const REGISTRATIONS: Kinds = {
  queue_backend: object({ kind: oneOf(["queue_backend"]), name }),
  result_backend: object({ kind: oneOf(["result_backend"]), name }),
  hook: object({
    kind: oneOf(["hook"]),
    hook: count,
    name,
    methods: list(oneOf(HOOK_METHODS)),
    tasks: nullable(list(text)),
    queues: nullable(list(text)),
  }),
  command: object({ kind: oneOf(["command"]), name, summary: text }),
  metrics_provider: object({ kind: oneOf(["metrics_provider"]) }),
};

/** One thing that a plugin registered. */
export const registration: Shape<Registration> = (value, at) => {
  const kinds = Object.keys(REGISTRATIONS) as Registration["kind"][];
  const { kind } = object<{ kind: Registration["kind"] }>({ kind: oneOf(kinds) })(value, at);
  return REGISTRATIONS[kind](value, at);
};

/** A backend that was opened; capabilities that this version does not know are the remote queue's to drop. */
export const openedBackend: Shape<OpenedBackend> = object<OpenedBackend>({
  handle: count,
  store: nullable(name),
  capabilities: list(text) as Shape<OpenedBackend["capabilities"]>,
  basic: boolean,
});

/** What a command answers. */
export const exitCode: Shape<number> = (value, at) => {
  if (count(value, at) <= 255) return value as number;
  throw new Mismatch(`${value} is more than 255`);
};

const sample: Shape<MetricSample> = object<MetricSample>({ labels: dictionary(text), value: number });

const histogram = object({
  labels: dictionary(text),
  bounds: list(number),
  counts: list(count),
  sum: number,
  count,
});

const metricName: Shape<string> = (value, at) => {
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(text(value, at))) return value as string;
  throw new Mismatch(`${at} is not a name for a metric`);
};

/** One metric of a plugin. */
export const metricFamily: Shape<MetricFamily> = (value, at) => {
  const head = object<{ name: string; help: string; type: MetricFamily["type"] }>({
    name: metricName,
    help: text,
    type: oneOf(["counter", "gauge", "histogram"] as const),
  })(value, at);
  const { samples } = object<{ samples: unknown }>({ samples: anything })(value, at);
  const place = `${at}.samples`;
  return head.type === "histogram"
    ? { ...head, type: "histogram", samples: list(histogram)(samples, place) }
    : { ...head, type: head.type, samples: list(sample)(samples, place) };
};
