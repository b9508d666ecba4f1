/** The files of a new project. @module */

import { ROOT } from "../../core/root.ts";
import { SETTINGS } from "../../settings/mod.ts";
import { wrapText } from "../text.ts";

/** A file by its path in the project. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

const MANIFEST =
  `# The plugins and tasks of this project. \`nuvom plugin list\` and \`nuvom list tasks\` show what it comes to.

[plugins]
# What a plugin provides = [plugins]. A plugin is a file of the project and its export, one that nuvom brings along, or
# one from a URL: \`nuvom plugin add https://…/mod.ts#Export\` looks at it, writes it here and locks its code.
#
# queue_backend = ["./plugins/my_queue.ts#MyQueue"]
# monitoring = ["nuvom:prometheus"]

# A plugin may do only what is granted here, under its name; its settings can also come from .env.
#
# [plugin.prometheus]
# permissions = { net = ["127.0.0.1:9150"] }
# settings = { prometheus_port = 9150 }
#
# In a process of its own it is ended when it hangs or needs too much memory. A plugin that crashes is started again, as
# often as this says:
#
# isolation = "process"
# memory_mb = 256
# restart = { max = 5, within = "1m" }

[tasks]
modules = ["./tasks/**/*.ts"]
# What handlers may do.
#
# permissions = { net = ["api.example.com"], read = ["./data"] }
`;

const TASK = `import { jobContext, task } from "nuvom";

/** Try it: nuvom enqueue hello '["world"]' */
export const hello = task({ name: "hello", retries: 3, timeout: "30s" }, (name: string) => {
  jobContext().log.info(\`greeting \${name}\`);
  return \`Hello, \${name}!\`;
});
`;

const GITIGNORE = `# State of nuvom: the database, the list of tasks.
.nuvom/
# Settings of this machine, secrets among them.
.env
`;

// Deno and its language server read the one, everything that is built on TypeScript's own compiler the other.
const DENO_CONFIG = { imports: { nuvom: "./nuvom.d.ts" } };
const TYPESCRIPT_CONFIG = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    target: "esnext",
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    paths: { nuvom: ["./nuvom.d.ts"] },
  },
};

/** In the order in which they are told of. */
export async function projectFiles(): Promise<readonly ProjectFile[]> {
  return [
    { path: ".nuvom_plugins.toml", text: MANIFEST },
    { path: "tasks/hello.ts", text: TASK },
    { path: ".env", text: dotenv() },
    { path: ".gitignore", text: GITIGNORE },
    { path: "nuvom.d.ts", text: await Deno.readTextFile(new URL("src/cli/init/nuvom.d.ts", ROOT)) },
    { path: "deno.json", text: `${JSON.stringify(DENO_CONFIG, null, 2)}\n` },
    { path: "tsconfig.json", text: `${JSON.stringify(TYPESCRIPT_CONFIG, null, 2)}\n` },
  ];
}

/** Every setting as a comment, so that what is set stands out. */
function dotenv(): string {
  const settings = SETTINGS.filter(({ key }) => key !== "manifestPath").map(({ env, default: value, doc }) =>
    `${wrapText(doc, 116).map((line) => `# ${line}`).join("\n")}\n# ${env}=${value}\n`
  );
  return `# Settings of nuvom. The environment and options of the command line win over this file: see \`nuvom config\`.\n\n` +
    settings.join("\n");
}
