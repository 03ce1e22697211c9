/** The first circle in a graph, as `a -> b -> a`; undefined when there is none. */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  // An explicit stack: a chain of 10,000 packages must not end the process.
  for (const start of edges.keys()) {
    const trail: string[] = [];
    const stack: { name: string; next: number }[] = [{ name: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { name: string; next: number };
      if (top.next === 0) trail.push(top.name);
      const to = done.has(top.name) ? undefined : edges.get(top.name)?.[top.next];
      top.next += 1;
      if (to === undefined) {
        done.add(top.name);
        trail.pop();
        stack.pop();
      } else if (trail.includes(to)) cycles.push([...trail.slice(trail.indexOf(to)), to]);
      else stack.push({ name: to, next: 0 });
    }
  }
  return cycles;
}
