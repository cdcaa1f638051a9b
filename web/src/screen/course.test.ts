import { expect, test } from 'vitest';
import { distance, offset, type LonLat } from '../lib/geo';
import { between, Course, middleOf } from './course';

const start: LonLat = [121.4, 31.24];
// A creek of 2 km that flows east, then bends to the south-east; 40 m wide.
const centre = Array.from({ length: 41 }, (_, i) => (i <= 20 ? offset(start, 90, i * 50) : offset(offset(start, 90, 1000), 135, (i - 20) * 50)));
const left = centre.map((p, i) => offset(p, i <= 20 ? 0 : 45, 20));
const right = centre.map((p, i) => offset(p, i <= 20 ? 180 : 225, 20));
const middle = middleOf(left, right);

test('the middle keeps to the middle', () => {
  const line = new Course(centre, [0, 2000], []);
  for (const p of middle.slice(5, -5)) expect(line.foot(p).off).toBeLessThan(12);
});

test('chainage is what the server says, also where the line is longer', () => {
  const course = new Course(middle, [0, 2200], [{ at: offset(start, 90, 500), chainage: 600 }, { at: offset(start, 0, 400), chainage: 1 }]);
  expect(course.foot(offset(start, 90, 500)).chainage).toBeCloseTo(600, 0);
  expect(distance(course.at(600).at, offset(start, 90, 500))).toBeLessThan(3);
  for (let c = 0; c <= 2200; c += 100) expect(course.foot(course.at(c).at).chainage).toBeCloseTo(c, 0);
  expect(course.at(-50).at).toEqual(course.at(0).at);
  expect(course.at(9000).at).toEqual(course.at(2200).at);
});

test('the banks are told apart', () => {
  const course = new Course(middle, [0, 2000], []);
  expect(course.foot(left[10]!).bank).toBe('left');
  expect(course.foot(right[10]!).bank).toBe('right');
  expect(course.at(400).azimuth).toBeCloseTo(90, 0);
});

test('between holds the ends and knows nothing of nothing', () => {
  expect(between([[0, 10], [2, 20]], 1, 0, 1)).toBe(15);
  expect(between([[0, 10], [2, 20]], 9, 0, 1)).toBe(20);
  expect(between([[0, 10], [2, 20]], -9, 0, 1)).toBe(10);
  expect(between([], 1, 0, 1)).toBeNaN();
});
