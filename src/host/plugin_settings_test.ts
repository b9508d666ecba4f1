import { assertEquals, assertMatch } from "@std/assert";
import type { SettingsSchema } from "../core/mod.ts";
import { type EffectiveSettings, pluginSettings } from "./plugin_settings.ts";
import { TestProject } from "./testing.ts";

const SCHEMA: SettingsSchema = {
  prometheus_port: { type: "number", default: 9150, description: "Where it listens." },
  host: { type: "string", default: "127.0.0.1" },
  token: { type: "string", secret: true },
  verbose: { type: "boolean", default: false },
  buckets: { type: "array" },
  labels: { type: "object" },
};

interface Case {
  readonly toml?: string;
  readonly schema?: SettingsSchema;
  readonly variables?: Readonly<Record<string, string>>;
  readonly others?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

async function withSettings<T>(
  { toml = "", schema = SCHEMA, variables = {}, others, files }: Case,
  use: (read: () => Promise<EffectiveSettings>, project: TestProject) => Promise<T>,
): Promise<T> {
  await using project = await TestProject.with(`[plugin.prometheus]\nsettings = { ${toml} }\n`, files);
  const section = (await project.manifest()).sections.get("prometheus");
  const sources = { name: "prometheus", schema, section, variables: new Map(Object.entries(variables)), others };
  return await use(() => pluginSettings(sources), project);
}

function settings(given: Case): Promise<EffectiveSettings> {
  return withSettings(given, (read) => read());
}

function refusal(given: Case): Promise<string> {
  return withSettings(given, (read, project) => project.refusal(read));
}

async function shown(given: Case): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await settings(given)).rows.map(({ name, value, source }) => [name, `${value} (${source})`]),
  );
}

Deno.test("pluginSettings() takes the manifest over variables over defaults", async () => {
  assertEquals((await settings({})).values, { prometheus_port: 9150, host: "127.0.0.1", verbose: false });
  const variables = {
    NUVOM_PROMETHEUS_PORT: "9151",
    NUVOM_PROMETHEUS_HOST: "::1",
    NUVOM_PROMETHEUS_VERBOSE: "",
    PROMETHEUS_TOKEN: "not mine",
    NUVOM_OTHER_TOKEN: "not mine",
  };
  assertEquals((await settings({ variables })).values, { prometheus_port: 9151, host: "::1", verbose: false });
  assertEquals((await settings({ variables, toml: "prometheus_port = 1, labels = { a = 1 }" })).values, {
    prometheus_port: 1,
    host: "::1",
    verbose: false,
    labels: { a: 1 },
  });
});

Deno.test("pluginSettings() says where each value came from, with secrets masked", async () => {
  const given = {
    toml: 'token = "hush", buckets = [1, 2], labels = { env = "TEXT" }',
    variables: { NUVOM_PROMETHEUS_PORT: "9151", TEXT: '{ "a": "b" }' },
  };
  assertEquals(await shown(given), {
    prometheus_port: "9151 (the variable NUVOM_PROMETHEUS_PORT)",
    host: "127.0.0.1 (default)",
    token: "******** (.nuvom_plugins.toml:2:14)",
    verbose: "false (default)",
    buckets: "[1,2] (.nuvom_plugins.toml:2:30)",
    labels: "******** (the variable TEXT)",
  });
  assertEquals((await settings(given)).values.labels, { a: "b" });
  assertEquals((await settings({})).rows[0], {
    name: "prometheus_port",
    value: "9150",
    source: "default",
    description: "Where it listens.",
  });
  assertEquals((await settings({})).rows[2], { name: "token", value: "", source: "not set", description: "" });
});

Deno.test("pluginSettings() reads { file } without the line break at its end", async () => {
  for (
    const [text, expected] of [["s3cret\n", "s3cret"], ["a\r\n", "a"], ["a\n\n", "a\n"], ["a", "a"], ["", ""]] as const
  ) {
    const given = { toml: 'token = { file = "run/key" }', files: { "run/key": text } };
    assertEquals((await settings(given)).values.token, expected);
  }
});

Deno.test("pluginSettings() reads texts as the schema's type", async () => {
  const value = async (name: string, text: string) =>
    (await settings({ toml: `${name} = { env = "X" }`, variables: { X: text } })).values[name];
  assertEquals(await value("prometheus_port", " -1.5e3 "), -1500);
  assertEquals(await value("verbose", "True"), true);
  assertEquals(await value("verbose", "0"), false);
  assertEquals(await value("buckets", "[0.1, 1]"), [0.1, 1]);
  assertEquals(await value("host", " 1 "), " 1 ");
});

Deno.test("pluginSettings() refuses values of another type, and never shows them", async () => {
  const type = (name: string, wanted: string, source: string, toml: string, text: string) =>
    `NUVOM_PLUGIN_SETTING_TYPE 3: The setting "${name}" of the plugin "prometheus" must be ${wanted}, and ${source} says ` +
    `something else. In the manifest such a value is written ${toml}; in a variable or a file, ${text}.`;
  const number = (source: string) => type("prometheus_port", "a number", source, "9150", "9150");
  assertEquals(await refusal({ toml: 'prometheus_port = "9150"' }), number(".nuvom_plugins.toml:2:14"));
  for (const text of ["0x10", "1,5", "Infinity", "NaN", "abc", "1 2"]) {
    assertEquals(
      await refusal({ variables: { NUVOM_PROMETHEUS_PORT: text } }),
      number("the variable NUVOM_PROMETHEUS_PORT"),
    );
  }
  assertEquals(
    await refusal({ toml: "host = 1" }),
    type("host", "a text", ".nuvom_plugins.toml:2:14", '"text"', "text"),
  );
  assertEquals(
    await refusal({ toml: 'verbose = { env = "X" }', variables: { X: "yes" } }),
    type("verbose", "true or false", "the variable X", "true", "true"),
  );
  assertEquals(
    await refusal({ toml: 'buckets = { file = "f" }', files: { f: "1, 2" } }),
    type("buckets", "a list", "the file /project/f", '["a", "b"]', '["a", "b"]'),
  );
  assertEquals(
    await refusal({ toml: "labels = []" }),
    type("labels", "a table", ".nuvom_plugins.toml:2:14", "{ a = 1 }", '{ "a": 1 }'),
  );
  assertEquals(
    await refusal({ schema: { host: { type: "string", default: 5 } } }),
    type("host", "a text", "its own default", '"text"', "text"),
  );
});

Deno.test("pluginSettings() names what is unknown or missing", async () => {
  assertEquals(
    await refusal({ toml: "host = 'x', prometheus_prot = 1" }),
    'NUVOM_PLUGIN_SETTING_UNKNOWN 3: .nuvom_plugins.toml:2:26: the plugin "prometheus" has no setting "prometheus_prot". ' +
      'Did you mean "prometheus_port"?',
  );
  const missing = (name: string, variable: string) =>
    `NUVOM_PLUGIN_SETTING_MISSING 3: The plugin "prometheus" needs the setting "${name}" (a text), and nothing sets it. ` +
    `Write it in the manifest, under settings of [plugin.prometheus], or set the variable ${variable}.`;
  for (
    const [name, variable] of [["key", "NUVOM_PROMETHEUS_KEY"], ["prometheus_key", "NUVOM_PROMETHEUS_KEY"]] as const
  ) {
    assertEquals(await refusal({ schema: { [name]: { type: "string", required: true } } }), missing(name, variable));
  }
  for (const variables of [undefined, { TOKEN: "" }]) {
    assertEquals(
      await refusal({ toml: 'token = { env = "TOKEN" }', variables }),
      'NUVOM_PLUGIN_SETTING_VARIABLE 3: .nuvom_plugins.toml:2:14: the setting "token" of the plugin "prometheus" is read ' +
        "from the variable TOKEN, which is not set or empty. Set it in the environment or in .env.",
    );
  }
  const file = (name: string) => refusal({ toml: `token = { file = "${name}" }`, files: { "folder/x": "" } });
  const unreadable =
    'NUVOM_PLUGIN_SETTING_FILE 3: .nuvom_plugins.toml:2:14: the setting "token" of the plugin "prometheus" ' +
    "is read from the file /project/";
  const mend = "Write the value into that file, or name another one.";
  assertEquals(await file("none"), `${unreadable}none, which does not exist. ${mend}`);
  assertMatch(await file("folder"), /the file \/project\/folder, which can't be read: .*directory.*\. Write the value/);
});

Deno.test("pluginSettings() gives a plugin without a schema all that is written for it", async () => {
  const given = {
    schema: {},
    toml: 'url = "redis://me:hush@db/0", api_key = "hush", depth = 3, constructor = "x"',
    variables: { NUVOM_PROMETHEUS_PORT: "9150", NUVOM_PROMETHEUSPORT: "no", NUVOM_PROMETHEUS_EMPTY: "" },
  };
  assertEquals((await settings(given)).values, {
    url: "redis://me:hush@db/0",
    api_key: "hush",
    depth: 3,
    constructor: "x",
    prometheus_port: "9150",
  });
  assertEquals(await shown(given), {
    url: "redis://me:********@db/0 (.nuvom_plugins.toml:2:14)",
    api_key: "******** (.nuvom_plugins.toml:2:44)",
    depth: "3 (.nuvom_plugins.toml:2:62)",
    constructor: "x (.nuvom_plugins.toml:2:73)",
    prometheus_port: "******** (the variable NUVOM_PROMETHEUS_PORT)",
  });
});

Deno.test("pluginSettings() leaves variables to nuvom and to the plugin with the longest name that fits", async () => {
  const values = async (name: string, variables: Readonly<Record<string, string>>, others: readonly string[]) =>
    (await pluginSettings({
      name,
      schema: {},
      section: undefined,
      variables: new Map(Object.entries(variables)),
      others,
    }))
      .values;
  const variables = { NUVOM_REDIS_URL: "a", NUVOM_REDIS_STREAMS_URL: "b" };
  assertEquals(await values("redis", variables, ["redis-streams"]), { redis_url: "a" });
  assertEquals(await values("redis-streams", variables, ["redis"]), { redis_streams_url: "b" });
  assertEquals(await values("redis", variables, []), { redis_url: "a", redis_streams_url: "b" });
  assertEquals(await values("queue", { NUVOM_QUEUE_BACKEND: "sqlite", NUVOM_QUEUE_X: "x" }, []), { queue_x: "x" });
});
