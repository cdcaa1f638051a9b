package account

import (
	"context"
	"fmt"

	"suhe/assets"
	"suhe/internal/audit"
)

// ChangePassword lets somebody in with a new password, after which all earlier
// sessions are over. A Refusal may say that something else has to be done first;
// the password is changed then all the same.
func (l *Logins) ChangePassword(ctx context.Context, a Attempt, to string) (Login, error) {
	is, err := l.prove(ctx, a, usualOTP)
	if err != nil {
		return Login{}, err
	}
	if is.Demo {
		return Login{}, fmt.Errorf("%w: password: the demo's are what --demo-password says", assets.ErrInvalid)
	}
	if err := checkPassword(is.Name, to); err != nil {
		return Login{}, err
	}
	done, err := l.hashes.turn(ctx)
	if err != nil {
		return Login{}, err
	}
	next := is.clone()
	for _, former := range append([]string{is.Password}, is.Former...) {
		if again, _ := l.hashes.matches(former, to); again {
			done()
			return Login{}, fmt.Errorf("%w: password: one of the last %d, want another", assets.ErrInvalid, keptFormer)
		}
	}
	l.replace(next, to)
	done()
	next.OneTime, next.Generation = false, newGeneration()
	if next, err = l.put(ctx, next, entry(ctx, next, a.Address, "account password", audit.Done)); err != nil {
		return Login{}, busy(err)
	}
	return l.enter(ctx, next, a.Address)
}

// Enrolment is a second factor that has yet to be confirmed.
type Enrolment struct{ Secret, URI string }

// EnrolOTP begins a second factor for who knows the password and, if there is
// one, the code of the present one.
func (l *Logins) EnrolOTP(ctx context.Context, a Attempt) (Enrolment, error) {
	is, err := l.prove(ctx, a, usualOTP)
	if err != nil {
		return Enrolment{}, err
	}
	if is.Demo {
		return Enrolment{}, fmt.Errorf("%w: otp: the demo's accounts have none", assets.ErrInvalid)
	}
	if err := l.due(is); err == errPassword {
		return Enrolment{}, err
	}
	next := is.clone()
	next.OTPPending = newOTPSecret()
	if _, err := l.put(ctx, next, entry(ctx, next, a.Address, "account otp begun", audit.Done)); err != nil {
		return Enrolment{}, busy(err)
	}
	return Enrolment{next.OTPPending, otpURI(is.Name, next.OTPPending)}, nil
}

// ConfirmOTP lets in who gives the first code of the second factor that was begun,
// which is wanted from then on.
func (l *Logins) ConfirmOTP(ctx context.Context, a Attempt) (Login, error) {
	is, err := l.prove(ctx, a, pendingOTP)
	if err != nil {
		return Login{}, err
	}
	return l.enter(ctx, is, a.Address)
}
