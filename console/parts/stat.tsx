import type { ComponentChildren } from 'preact';

/** One number with its name. A description list holds them. */
export function Stat({
  name,
  children,
  note,
}: {
  name: string;
  children: ComponentChildren;
  note?: ComponentChildren;
}) {
  return (
    <div class="stat">
      <dt>{name}</dt>
      <dd>{children}</dd>
      {note && <dd class="small muted">{note}</dd>}
    </div>
  );
}

export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}
