import { expect, test } from 'vitest';
import { read } from './metrics';

test('figures are read, histograms left out', () => {
  expect(read([
    '# HELP suhe_lag_seconds Age of the oldest report.', '# TYPE suhe_lag_seconds gauge', 'suhe_lag_seconds 0.25',
    '# HELP suhe_refused_total Refused.', '# TYPE suhe_refused_total counter', 'suhe_refused_total{why="no {kind}"} 1e+03 1732838400000',
    '# TYPE suhe_tile_seconds histogram', 'suhe_tile_seconds_bucket{le="0.1"} 7', 'suhe_tile_seconds_sum 1', '', 'rubbish',
  ].join('\n'))).toEqual([
    { name: 'suhe_lag_seconds', labels: '', help: 'Age of the oldest report.', value: 0.25 },
    { name: 'suhe_refused_total', labels: '{why="no {kind}"}', help: 'Refused.', value: 1000 },
  ]);
});
