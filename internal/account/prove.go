package account

import (
	"context"
	"errors"

	"suhe/assets"
	"suhe/internal/audit"
)

// otpOf checks the second factor of a change to the account; false: it is wrong.
type otpOf func(l *Logins, is *Account, code string) (right bool, err error)

// usualOTP is that of an account that has one, good once.
func usualOTP(l *Logins, is *Account, code string) (bool, error) {
	if is.OTP == "" {
		return true, nil
	}
	if code == "" {
		return false, errOTP
	}
	step, right := checkOTP(is.OTP, code, l.now(), is.OTPStep)
	if right {
		is.OTPStep = step
	}
	return right, nil
}

// pendingOTP is that of a secret that is to be confirmed, which it does.
func pendingOTP(l *Logins, is *Account, code string) (bool, error) {
	step, right := checkOTP(is.OTPPending, code, l.now(), 0)
	if right {
		is.OTP, is.OTPPending, is.OTPStep = is.OTPPending, "", step
	}
	return right, nil
}

// proveTries is how often an account is read anew that others change meanwhile.
const proveTries = 3

// prove checks name, password and second factor. Everything that is wrong is
// counted, gives one answer and takes the time of one hash, also for names that
// nobody has; an account or address that is locked costs no hash.
func (l *Logins) prove(ctx context.Context, a Attempt, second otpOf) (*Account, error) {
	if len(a.Name) > maxPassword || len(a.Password) > maxPassword {
		return nil, wrong(0)
	}
	done, err := l.hashes.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	for try := 1; ; try++ {
		is, err := l.proveOnce(ctx, a, second)
		if try == proveTries || !errors.Is(err, assets.ErrConflict) {
			return is, err
		}
		if err := l.Refresh(ctx); err != nil {
			return nil, busy(err)
		}
	}
}

func (l *Logins) proveOnce(ctx context.Context, a Attempt, second otpOf) (*Account, error) {
	is, known := l.find(a.Name)
	if !known {
		is.Account = new(Account) // it has no password
	}
	if _, err := l.locked(ctx, a, is.Unlocked); err != nil {
		return nil, err
	}
	right, outdated := l.hashes.matches(is.Password, a.Password)
	if !right {
		if is, right = l.another(ctx, a, is); !right {
			return nil, l.refused(ctx, a, "password")
		}
	}
	failed, err := l.locked(ctx, a, is.Unlocked) // by those who tried meanwhile
	if err != nil {
		return nil, err
	}
	next := is.clone()
	if right, err = second(l, next, a.OTP); err != nil {
		return nil, err
	}
	if !right {
		return nil, l.refused(ctx, a, "code")
	}
	if outdated {
		next.Password = hash(a.Password)
	}
	if next.OTPStep != is.OTPStep || next.OTP != is.OTP || outdated {
		if next, err = l.put(ctx, next, entry(ctx, next, a.Address, "login proof", audit.Done)); err != nil {
			return nil, busy(err)
		}
	}
	if failed {
		if err := l.Table.Delete(ctx, nameKey(a.Name)); err != nil {
			return nil, busy(err)
		}
	}
	return next, nil
}

// another looks whether the password was changed on another node just now.
func (l *Logins) another(ctx context.Context, a Attempt, was person) (person, bool) {
	if l.Refresh(ctx) != nil {
		return was, false
	}
	is, known := l.find(a.Name)
	if !known || is.Password == was.Password {
		return was, false
	}
	right, _ := l.hashes.matches(is.Password, a.Password)
	return is, right
}
