// The dashboard as an MCP App: a host hands it the result of `answer_view`, and calls our tools for it.

const app = new McpApps.App({ name: "promptkit-dashboard", version: "1.0.0" });
let current;

const textOf = (result) => (result.content ?? []).map((one) => one.text ?? "").join("\n").trim();

async function call(name, given) {
  const result = await app.callServerTool({ name, arguments: given });
  if (result.isError || !result.structuredContent) throw new Error(textOf(result) || said("the server gave no reason"));
  return result.structuredContent;
}

function showResult(result) {
  const answer = result.structuredContent;
  if (result.isError || !Array.isArray(answer?.tables)) {
    view.say(textOf(result) || said("The view could not be answered, and the server gave no reason."), result.isError ? "failed" : "text");
    return;
  }
  current = answer;
  view.show(answer, {
    nextRows: (cursor) => call("next_rows", { cursor }),
    rest: async ({ target }) => {
      target.disabled = true;
      try {
        const whole = await call("answer_view", { name: answer.name, arguments: answer.arguments });
        if (current === answer) showResult({ structuredContent: whole });
      } catch (error) {
        target.disabled = false;
        const told = said("The rest could not be read: %(why)s", { why: values.line(error.message) });
        target.after(values.element("p", { class: "failed", role: "alert" }, told));
      }
    },
  });
}

function followTheme(context) {
  if (!context?.theme) return;
  McpApps.applyDocumentTheme(context.theme);
  charts.repaint();
}

// Before the connection, since a host may hand over a result as soon as it stands.
app.ontoolinput = () => view.say(said("Reading Torii. The figures appear here when they are complete."));
app.ontoolresult = showResult;
app.ontoolcancelled = ({ reason }) => view.say(`${said("The reading was stopped.")} ${values.line(reason ?? "")}`, "failed");
app.onhostcontextchanged = followTheme;
app.onteardown = () => ({});

view.say(said("Waiting for the assistant."));
app.connect().then(() => followTheme(app.getHostContext())).catch(() => {
  view.say(said("This dashboard shows what an assistant hands it, and no assistant answered."), "failed");
});
