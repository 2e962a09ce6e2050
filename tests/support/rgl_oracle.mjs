// What react-grid-layout's own core answers. JSON lines in, JSON lines out; argv[2] is the installed package's core.
// A line is either one request of `layout apply`, or a drag: {"columns", "compact", "items", "path": [[id, x, y], …]}.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const rgl = await import(pathToFileURL(process.argv[2]).href);
const within = (columns) => ({ cols: columns, maxRows: Infinity });

const taken = ({ id, position, static: fixed, min_w, max_w, min_h, max_h }) => ({
  i: id, ...position, static: fixed === true, minW: min_w, maxW: max_w, minH: min_h, maxH: max_h,
});

class Grid {
  constructor({ columns, compact, items, prevent_collision: prevent }) {
    this.columns = columns;
    this.type = compact === 'none' ? null : compact;
    this.prevent = prevent === true;
    this.compactor = rgl.getCompactor(this.type, false, this.prevent);
    this.layout = items.map(taken);
    if (this.layout.some((l) => l.x + l.w > columns)) this.correct();
  }

  correct() { rgl.correctBounds(this.layout, { cols: this.columns }); }
  settle(layout = this.layout) { this.layout = this.compactor.compact(layout, this.columns); }
  item(id) { return rgl.getLayoutItem(this.layout, id); }
  push(layout, item, x, y) {
    return rgl.moveElement(layout, item, x, y, true, this.prevent, this.type, this.columns, false);
  }

  move(id, x, y) {
    const item = this.item(id);
    const to = rgl.applyPositionConstraints([rgl.gridBounds], item, x, y, within(this.columns));
    this.settle(this.push(this.layout, item, to.x, to.y));
  }

  // The component's resize handler, told again: its core does not export it.
  resize(id, askedW, askedH, handle) {
    const before = this.item(id);
    if (before.static) return this.settle();
    let { w, h } = rgl.applySizeConstraints(rgl.defaultConstraints, before, askedW, askedH, handle, within(this.columns));
    const west = handle.includes('w'), north = handle.includes('n');
    let x = before.x, y = before.y;
    if (west) { x += before.w - w; if (x < 0) { x = 0; w = before.w; } }
    if (north) { y += before.h - h; if (y < 0) { y = 0; h = before.h; } }
    let moves = west || north;
    const target = { ...before, x, y, w, h };
    if (this.prevent && rgl.getAllCollisions(this.layout, target).length > 0) {
      ({ x, y, w, h } = before);
      moves = false;
    }
    const [layout, item] = rgl.withLayoutItem(this.layout, id, (l) => Object.assign(l, { w, h }, north ? { y } : {}));
    this.settle(moves ? this.push(layout, item, x, y) : layout);
    if (north) this.item(id).y = item.y;
  }

  apply(op) {
    if ('move' in op) this.move(op.move, op.x, op.y);
    else if ('resize' in op) this.resize(op.resize, op.w, op.h, op.handle ?? 'se');
    else if ('add' in op) { this.layout = [...this.layout, taken(op.add)]; this.correct(); this.settle(); }
    else if ('remove' in op) { this.layout = this.layout.filter((l) => l.i !== op.remove); this.correct(); this.settle(); }
    else this.settle();
  }

  cells() { return Object.fromEntries(this.layout.map((l) => [l.i, [l.x, l.y, l.w, l.h]])); }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const grid = new Grid(request);
  const ms = [];
  try {
    for (const [id, x, y] of request.path ?? []) {
      const start = performance.now();
      grid.move(id, x, y);
      ms.push(performance.now() - start);
    }
    if (request.op) grid.apply(request.op);
    process.stdout.write(JSON.stringify({ cells: grid.cells(), ms }) + '\n');
  } catch (error) {
    process.stdout.write(JSON.stringify({ failed: String(error), ms }) + '\n');
  }
}
