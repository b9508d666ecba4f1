/** A worker that says which permissions it has. @module */

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Deno.PermissionDescriptor[]>) => void;
  postMessage(states: string[]): void;
};

scope.onmessage = ({ data }) => scope.postMessage(data.map((asked) => Deno.permissions.querySync(asked).state));
