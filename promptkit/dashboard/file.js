// The dashboard as a file: its answer is in the page, with as many rows in sight at first as were asked for.

const answer = JSON.parse(document.getElementById("answer").textContent);
view.show(answer, { rows: answer.arguments.rows });
