import type { ComponentChildren } from 'preact';

/** An input with its label, and a hint below it. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is a child
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

interface TextProps {
  value: string;
  onValue(value: string): void;
  [attribute: string]: unknown;
}

export function Text({ value, onValue, ...rest }: TextProps) {
  return <input type="text" value={value} onInput={(event) => onValue(event.currentTarget.value)} {...rest} />;
}

interface SelectProps {
  value: string;
  onValue(value: string): void;
  options: readonly (string | { value: string; label: string })[];
  [attribute: string]: unknown;
}

export function Select({ value, onValue, options, ...rest }: SelectProps) {
  return (
    <select value={value} onChange={(event) => onValue(event.currentTarget.value)} {...rest}>
      {options.map((option) => {
        const { value: of, label } = typeof option === 'string' ? { value: option, label: option } : option;
        return (
          <option key={of} value={of} selected={of === value}>
            {label}
          </option>
        );
      })}
    </select>
  );
}
