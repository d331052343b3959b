[marking 0x2e811bdedea9 <JSFunction #writeEntry (sfi = 0x2131a12e65d9)> for optimization to MAGLEV, ConcurrencyMode::kConcurrent, reason: hot and stable]
[compiling method 0x2e811bdedea9 <JSFunction #writeEntry (sfi = 0x2131a12e65d9)> (target MAGLEV), mode: ConcurrencyMode::kConcurrent]
[completed compiling 0x2e811bdedea9 <JSFunction #writeEntry (sfi = 0x2131a12e65d9)> (target MAGLEV) - took 0.001, 1.456, 0.032 ms]
