// The client of the TypeScript SDK, which speaks a revision before 2026 unless it is asked to. It works as python_sdk.py does.
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [target, calls] = [process.argv[2], JSON.parse(process.argv[3])];
const client = new Client({ name: "typescript", version: "1" });
const transport = target.startsWith("http://")
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: "sh", args: ["-c", `exec ${target}`] });
await client.connect(transport);

async function called([name, args]) {
  try {
    return await client.callTool({ name, arguments: args });
  } catch (error) {
    return { error: { code: error.code, message: error.message } };
  }
}

for await (const _ of createInterface({ input: process.stdin })) {
  const tools = [];
  let cursor;
  do {
    const page = await client.listTools({ cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor);
  const results = [];
  for (const call of calls) results.push(await called(call));
  console.log(JSON.stringify({ tools, results }));
}
await client.close();
