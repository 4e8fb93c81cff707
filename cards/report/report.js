"use strict";
(() => {
  const FIRST = 10; // queries shown before the rest is asked for
  const MINUS = "\u2212";

  const make = (name, cls, text) => {
    const node = document.createElement(name);
    if (cls) node.className = cls;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const plain = (value) => value.toFixed(4);
  const signed = (value) => (value < 0 ? MINUS : "+") + Math.abs(value).toFixed(4);

  // Sorting: numbers from high to low first, names from A to Z; what is undefined stays last.
  const valueOf = (row, place) => {
    const cell = row.cells[place];
    if (cell.tagName === "TH") return cell.textContent;
    return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
  };
  const compareCells = (one, two, sign) => {
    if (one === null || two === null) return (one === null) - (two === null);
    if (typeof one === "string") return sign * one.localeCompare(two, "en", { numeric: true });
    return sign * (one - two);
  };
  const markRepeated = (body) => {
    let above = "";
    for (const row of body.rows) {
      const heads = row.querySelectorAll("th");
      if (heads.length < 2) return;
      heads[0].classList.toggle("again", heads[0].textContent === above);
      above = heads[0].textContent;
    }
  };
  const sortBy = (table, header) => {
    const numeric = header.classList.contains("num");
    const before = header.getAttribute("aria-sort");
    const order = before === null
      ? (numeric ? "descending" : "ascending")
      : (before === "ascending" ? "descending" : "ascending");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row, header.cellIndex), row]);
    rows.sort((one, two) => compareCells(one[0], two[0], sign));
    body.append(...rows.map((pair) => pair[1]));
    markRepeated(body);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    if (table.tBodies[0].rows.length < 2) continue;
    for (const header of table.tHead.rows[0].cells) {
      const button = make("button", "", header.textContent);
      button.type = "button";
      header.replaceChildren(button);
      button.addEventListener("click", () => sortBy(table, header));
    }
  }

  // Comparison of two systems.
  const topList = (data, name, top) => {
    const box = make("div");
    box.append(make("p", "", name));
    if (!top) {
      box.append(make("span", "id", "ranking not kept"));
      return box;
    }
    if (!top.length) {
      box.append(make("span", "id", "nothing was found"));
      return box;
    }
    const list = box.appendChild(make("ol"));
    for (const [place, mark] of top) {
      const [id, text] = data.documents[place];
      const item = list.appendChild(make("li"));
      item.append(make("bdi", "id", id));
      if (mark !== undefined) {
        item.append(make("b", "hit", mark ? `relevant, ${mark}` : "relevant"));
      }
      const shown = item.appendChild(make("span", "", text));
      shown.dir = "auto";
    }
    return box;
  };
  const entry = (data, systems, lead, sign) => {
    const [place, left, right] = lead;
    const query = data.queries[place];
    const item = make("li");
    const known = query.text !== undefined;
    const box = known ? item.appendChild(make("details")) : item;
    const line = box.appendChild(make(known ? "summary" : "div", known ? "" : "bare"));
    const title = make("span", "query", known ? query.text.split("\n", 1)[0] : query.id);
    title.dir = "auto";
    line.append(title, make("span", "ahead", signed(sign * (left - right))));
    line.append(make("bdi", "id", known ? query.id : ""));
    const values = sign > 0 ? [left, right] : [right, left];
    line.append(make("span", "values", `${plain(values[0])} against ${plain(values[1])}`));
    if (!known) return item;
    // What is inside is made when it is first opened.
    box.addEventListener("toggle", () => {
      if (box.childElementCount > 1) return;
      const opened = box.appendChild(make("div", "opened"));
      const full = opened.appendChild(make("p", "full", query.text));
      full.dir = "auto";
      if (!query.top) return;
      const tops = opened.appendChild(make("div", "tops"));
      for (const system of systems) {
        tops.append(topList(data, data.systems[system], query.top[system]));
      }
    });
    return item;
  };
  const fill = (side, heading, leads, show) => {
    side.querySelector(".side-name").textContent = heading;
    const list = side.querySelector("ol");
    const rest = side.querySelector(".rest");
    list.replaceChildren(...leads.slice(0, FIRST).map(show));
    if (!leads.length) list.append(make("li", "none", "No query."));
    rest.hidden = leads.length <= FIRST;
    rest.textContent = `Show ${leads.length - FIRST} more`;
    rest.onclick = () => {
      const more = leads.slice(FIRST).map(show);
      list.append(...more);
      rest.hidden = true;
      const target = more[0].querySelector("summary") || more[0];
      if (target === more[0]) target.tabIndex = -1;
      target.focus();
    };
  };
  for (const box of document.querySelectorAll(".compare")) {
    const data = JSON.parse(document.getElementById(box.dataset.for).textContent);
    const [left, right, partition] = box.querySelectorAll("select");
    const update = () => {
      const [i, j] = [Number(left.value), Number(right.value)];
      const swapped = i > j;
      const pair = data.pairs[swapped ? `${j}-${i}` : `${i}-${j}`] || {};
      const name = partition.selectedOptions[0].textContent;
      const found = pair[name];
      const verdict = box.querySelector(".verdict");
      const balance = box.querySelector(".balance");
      const sides = box.querySelector(".sides");
      balance.hidden = sides.hidden = !found;
      if (!found) {
        verdict.textContent = i === j
          ? "Choose two systems." : `There is no query that both have a value of on ${name}.`;
        return;
      }
      const [wins, losses] = swapped ? [found.losses, found.wins] : [found.wins, found.losses];
      const even = found.n - wins - losses;
      verdict.textContent =
        `${box.dataset.measure} over ${found.n} queries: ${data.systems[i]} is ahead on ${wins}, ` +
        `${data.systems[j]} on ${losses}, and ${even} are even.`;
      const parts = [["won", wins, i], ["even", even, null], ["lost", losses, j]];
      for (const [cls, count, system] of parts) {
        const part = balance.querySelector(`.${cls}`);
        part.style.flex = `${count} 0 0px`;
        part.hidden = !count;
        part.className = cls + (system === null ? "" : ` s${data.colors[system]}`);
      }
      const [one, two] = box.querySelectorAll(".side");
      const [best, worst] = swapped ? [found.worst, found.best] : [found.best, found.worst];
      const sign = swapped ? -1 : 1; // of left minus right in the data
      fill(one, `${data.systems[i]} furthest ahead`, best, (x) => entry(data, [i, j], x, sign));
      fill(two, `${data.systems[j]} furthest ahead`, worst, (x) => entry(data, [j, i], x, -sign));
    };
    right.value = "1";
    for (const control of [left, right, partition]) control.addEventListener("change", update);
    update();
    box.hidden = false;
  }

  // On paper everything is open.
  addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details.more:not([open])")) {
      box.open = true;
      addEventListener("afterprint", () => { box.open = false; }, { once: true });
    }
  });
})();
