import type { Act, ActRun } from '../../cli/console/contract/acts.ts';
import { session } from '../state/live.ts';
import { askFor } from './acts.ts';

interface ActButtonProps {
  acts: readonly Act[];
  label: string;
  /** What the dialog is called. */
  title: string;
  look?: 'primary' | 'danger' | 'small' | 'small danger' | '';
  onStarted?: (run: ActRun) => void;
}

/** A button that asks for acts. A read-only session has none. */
export function ActButton({ acts, label, title, look = '', onStarted }: ActButtonProps) {
  if (session.value?.readOnly !== false) return null;
  return (
    <button type="button" class={look} aria-label={title} onClick={() => askFor(acts, title, onStarted)}>
      {label}
    </button>
  );
}
