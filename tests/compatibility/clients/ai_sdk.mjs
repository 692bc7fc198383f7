// The client of Vercel's AI SDK, an implementation of its own. It works as python_sdk.py does.
import { createInterface } from "node:readline";
import { createMCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as StdioTransport } from "@ai-sdk/mcp/mcp-stdio";

const [target, calls] = [process.argv[2], JSON.parse(process.argv[3])];
const transport = target.startsWith("http://")
  ? { type: "http", url: target }
  : new StdioTransport({ command: "sh", args: ["-c", `exec ${target}`] });
const client = await createMCPClient({ transport });

async function called([name, args]) {
  try {
    return await client.callTool({ name, args, arguments: args }); // Version 1 calls them args.
  } catch (error) {
    return { error: { code: error.code, message: error.message } };
  }
}

for await (const _ of createInterface({ input: process.stdin })) {
  const tools = [];
  let cursor;
  do {
    const page = await client.listTools({ params: { cursor } });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor);
  const results = [];
  for (const call of calls) results.push(await called(call));
  console.log(JSON.stringify({ tools, results }));
}
await client.close();
