import type { ComponentChildren } from 'preact';

interface HeadingProps {
  title: string;
  /** One sentence on what the page is for. */
  lead?: ComponentChildren;
  /** Where this page belongs: a link back. */
  up?: { href: string; words: string };
  children?: ComponentChildren;
}

/** The head of a page. The focus moves to it on arrival. */
export function Heading({ title, lead, up, children }: HeadingProps) {
  return (
    <header class="page-head">
      <div>
        {up && (
          <a class="up" href={up.href}>
            <span aria-hidden="true">←</span> {up.words}
          </a>
        )}
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}
