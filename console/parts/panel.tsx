import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  title: string;
  /** Beside the title: an age, a button. */
  aside?: ComponentChildren;
  children: ComponentChildren;
  /** Names the panel in addresses: `#/overview/lanes`. */
  id?: string;
}

/** A section of a page, with its heading. */
export function Panel({ title, aside, children, id }: PanelProps) {
  const heading = useId();
  return (
    <section class="panel" id={id} aria-labelledby={heading}>
      <div class="panel-head">
        <h2 id={heading} tabIndex={-1}>
          {title}
        </h2>
        {aside && <div class="aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
