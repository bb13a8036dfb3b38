import { hashOfRequest } from '../links/choice.ts';

/** A request, with the way to its story. */
export function RequestLink({ source, requestId }: { source: string | null; requestId: string | null }) {
  if (source === null || requestId === null) return <span class="muted">no readable request</span>;
  return (
    <a href={hashOfRequest(source, requestId)}>
      {source} {requestId}
    </a>
  );
}
