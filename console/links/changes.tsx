import { useState } from 'preact/hooks';
import type { FoundLink, LinkChangeAction, LinkChanged, LinkChoice } from '../../cli/console/contract/links.ts';
import { Command } from '../parts/command.tsx';
import { Panel } from '../parts/panel.tsx';
import { session } from '../state/live.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { hashOfRequest } from './choice.ts';

const labels: Readonly<Record<LinkChangeAction, string>> = {
  qr: 'Ask for a QR code',
  update: 'Update the link',
  delete: 'Retire the link',
};

/** Commands for the link, sent to a lane as its producer would. */
export function Changes({ choice, found }: { choice: LinkChoice; found: FoundLink }) {
  const [action, setAction] = useState<LinkChangeAction | undefined>(undefined);
  const [sent, setSent] = useState<LinkChanged | undefined>(undefined);
  const readOnly = session.value?.readOnly !== false;
  return (
    <Panel title="Change it">
      {readOnly ? (
        <p class="muted">This console is read-only.</p>
      ) : found.changes.length === 0 ? (
        <p class="muted">No command can change this link.</p>
      ) : (
        <div class="actions start">
          {found.changes.map((one) => (
            <button key={one} type="button" class={one === 'delete' ? 'danger' : ''} onClick={() => setAction(one)}>
              {labels[one]}
            </button>
          ))}
        </div>
      )}
      {sent && (
        <div class="note good" role="status">
          <p>
            The command is in the lane {sent.lane}.{' '}
            <a href={hashOfRequest(sent.source, sent.requestId)}>Follow the request {sent.requestId}</a>
          </p>
          <Command text={sent.verb} />
        </div>
      )}
      {action && (
        <ChangeDialog
          action={action}
          title={labels[action]}
          choice={choice}
          lanes={found.lanes}
          onClose={() => setAction(undefined)}
          onSent={(changed) => {
            setAction(undefined);
            setSent(changed);
          }}
        />
      )}
    </Panel>
  );
}
