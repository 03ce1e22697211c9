import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kernel/json.ts';
import { configJsonSchema } from './config-json-schema.ts';
import { configKeys } from './config-keys.ts';

describe('the reference of keys', () => {
  const keys = configKeys();
  const find = (path: string) => keys.find((key) => key.path === path);

  test('every key has a type and a meaning, and is told once', () => {
    for (const key of keys) {
      expect(key.type, key.path).not.toBe('');
      expect(key.meaning, key.path).toMatch(/^([A-Z`"]|cState).*\.$/s);
    }
    const paths = keys.map(({ path }) => path);
    expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
    expect(keys.length).toBeGreaterThan(250);
  });

  test('defaults and what must be written are told', () => {
    expect(find('agents.<name>.timeout')).toMatchObject({ type: 'duration', default: '30m', machinery: 'here' });
    expect(find('lines.<name>.versions')).toMatchObject({ default: 'required' });
    expect(find('gates.<name>.selfApproval')).toMatchObject({ default: 'false' });
    expect(find('repositories.<name>.suite (type: apt)')).toMatchObject({ default: 'stable' });
    expect(find('origin.public')).toMatchObject({ type: 'URL', default: '' });
  });

  test('what has no machinery yet says so', () => {
    const later = ['clusters.<name>.namespace', 'watch.every', 'repositories.<name>.type: rpm', 'agents.<name>.image'];
    for (const path of later) expect(find(path)?.machinery, path).toBe('later');
    const here = ['repositories.<name>.type: apt', 'gates', 'signing.<name>.agent', 'steps[].if'];
    for (const path of here) expect(find(path)?.machinery, path).toBe('here');
  });
});

describe('the JSON Schema', () => {
  const schema = configJsonSchema();
  const at = (...path: string[]) => path.reduce<JsonObject>((value, part) => value[part] as JsonObject, schema);

  test('has every key, with what it means, and refuses others as check does', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema['required']).toEqual(['version']);
    // What an included file may bring is only asked for where none is included.
    expect(schema['if']).toEqual({ required: ['include'] });
    expect(at('else')['required']).toEqual([
      'version',
      'project',
      'lines',
      'packages',
      'origin',
      'repositories',
      'channels',
    ]);
    expect(schema['additionalProperties']).toBe(false);
    expect(at('properties', 'lines', 'additionalProperties', 'properties', 'versions')).toMatchObject({
      type: 'string',
      description: expect.stringContaining('{n}'),
    });
    expect(at('properties', 'agents', 'additionalProperties', 'properties', 'timeout')).toMatchObject({
      default: '30m',
      pattern: expect.stringContaining('s|m|h|d'),
    });
  });

  test('holds nothing that editors do not know', () => {
    const text = JSON.stringify(schema);
    expect(text).not.toContain('"later"');
    expect(text).not.toContain('oneOf');
    expect(text).not.toContain('undefined');
  });
});
