import { describe, expect, test } from 'vitest';
import { SecretVersions } from '../../../../local/cloud/services/secret-versions.ts';

const day = 24 * 60 * 60 * 1_000;
const version = (id: string, value = id, createdAtMilliseconds = 0) => ({ id, value, createdAtMilliseconds });

function givenVersions(...ids: string[]) {
  const versions = new SecretVersions();
  for (const id of ids) versions.add(version(id), undefined);
  return versions;
}

describe('the versions of a secret', () => {
  test('a new version is current, and the one before it is the previous one', () => {
    expect(givenVersions('one', 'two', 'three').labelled).toEqual({ three: ['AWSCURRENT'], two: ['AWSPREVIOUS'] });
  });

  test('a version with a label of its own is not current, but the first version always is', () => {
    const versions = new SecretVersions();
    versions.add(version('one'), ['first']);
    versions.add(version('two'), ['second']);

    expect(versions.labelled).toEqual({ one: ['first', 'AWSCURRENT'], two: ['second'] });
    expect(versions.find({ id: undefined, label: undefined }).value).toBe('one');
    expect(versions.find({ id: undefined, label: 'second' }).value).toBe('two');
    expect(versions.find({ id: 'two', label: undefined }).value).toBe('two');
  });

  test('a repeat with the same ID and value changes nothing, and another value is refused', () => {
    const versions = givenVersions('one', 'two');

    versions.add(version('one'), undefined);
    expect(versions.labelled).toEqual({ two: ['AWSCURRENT'], one: ['AWSPREVIOUS'] });
    expect(() => versions.add(version('one', 'other'), undefined)).toThrow(
      expect.objectContaining({ code: 'ResourceExistsException' }),
    );
  });

  test('ID and label must name the same version', () => {
    const versions = givenVersions('one', 'two');

    expect(versions.find({ id: 'one', label: 'AWSPREVIOUS' }).value).toBe('one');
    expect(() => versions.find({ id: 'one', label: 'AWSCURRENT' })).toThrow(
      expect.objectContaining({ code: 'InvalidRequestException' }),
    );
    for (const absent of [
      { id: 'nine', label: undefined },
      { id: undefined, label: 'nine' },
    ]) {
      expect(() => versions.find(absent)).toThrow(expect.objectContaining({ code: 'ResourceNotFoundException' }));
    }
  });

  test('a label moves from the version that has it, and from no other', () => {
    const versions = givenVersions('one', 'two');
    versions.add(version('three'), ['mine']);

    for (const from of [undefined, 'one']) {
      expect(() => versions.move({ label: 'AWSCURRENT', to: 'three', from })).toThrow(
        expect.objectContaining({ code: 'InvalidParameterException' }),
      );
    }
    expect(versions.labelled.two).toEqual(['AWSCURRENT']);

    versions.move({ label: 'AWSCURRENT', to: 'three', from: 'two' });
    expect(versions.labelled).toEqual({ three: ['AWSCURRENT', 'mine'], two: ['AWSPREVIOUS'] });
  });

  test('a label can be removed, but not the one of the current version', () => {
    const versions = givenVersions('one');
    versions.add(version('two'), ['mine']);

    versions.move({ label: 'mine', to: undefined, from: 'two' });
    expect(versions.labelled).toEqual({ one: ['AWSCURRENT'] });
    for (const move of [
      { label: 'AWSCURRENT', to: undefined, from: 'one' },
      { label: 'mine', to: undefined, from: 'two' },
      { label: 'mine', to: undefined, from: undefined },
    ]) {
      expect(() => versions.move(move)).toThrow(expect.objectContaining({ code: 'InvalidParameterException' }));
    }
    expect(() => versions.move({ label: 'mine', to: 'nine', from: undefined })).toThrow(
      expect.objectContaining({ code: 'ResourceNotFoundException' }),
    );
  });

  test('a secret has twenty labels at most', () => {
    const versions = givenVersions('one');
    for (let label = 1; label <= 19; label += 1) versions.add(version(`v${label}`), [`label-${label}`]);

    expect(() => versions.add(version('too many'), ['label-20'])).toThrow(
      expect.objectContaining({ code: 'LimitExceededException' }),
    );
    // A move of AWSCURRENT also makes the label AWSPREVIOUS.
    expect(() => versions.move({ label: 'AWSCURRENT', to: 'v1', from: 'one' })).toThrow(
      expect.objectContaining({ code: 'LimitExceededException' }),
    );
    versions.move({ label: 'label-19', to: undefined, from: 'v19' });
    versions.move({ label: 'AWSCURRENT', to: 'v1', from: 'one' });
    expect(versions.labelsOf('one')).toEqual(['AWSPREVIOUS']);
  });

  test('a secret has a hundred versions at most, and old ones without a label make room', () => {
    const versions = new SecretVersions();
    for (let count = 1; count <= 100; count += 1) versions.add(version(`v${count}`), undefined);

    expect(() => versions.add(version('early', 'x', day - 1), undefined)).toThrow(
      expect.objectContaining({ code: 'LimitExceededException' }),
    );
    versions.add(version('late', 'x', day), undefined);
    expect(() => versions.find({ id: 'v1', label: undefined })).toThrow();
    expect(versions.labelled).toEqual({ late: ['AWSCURRENT'], v100: ['AWSPREVIOUS'] });
  });
});
