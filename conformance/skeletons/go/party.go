// Whether a party can be verified at all: KYC-011 to KYC-013.
package main

import (
	"strings"
	"time"
	"unicode"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"

	kycv1 "malla.dev/go/malla/kyc/v1"
)

func checkParty(party *kycv1.Party, now time.Time) error {
	switch person := party.GetPerson().(type) {
	case *kycv1.Party_NaturalPerson:
		name := person.NaturalPerson.GetGivenName() + " " + person.NaturalPerson.GetFamilyName()
		if why := nameFault(name); why != "" {
			return refuse(codes.InvalidArgument, kycDomain, "NAME_INVALID", "the name cannot be one",
				wrongField{"party.natural_person.given_name", why})
		}
		if why := birthDateFault(person.NaturalPerson.GetBirthDate(), now); why != "" {
			return refuse(codes.InvalidArgument, kycDomain, "BIRTH_DATE_INVALID", "the birth date cannot be one",
				wrongField{"party.natural_person.birth_date", why})
		}
	case *kycv1.Party_LegalPerson:
		if why := nameFault(person.LegalPerson.GetLegalName()); why != "" {
			return refuse(codes.InvalidArgument, kycDomain, "NAME_INVALID", "the name cannot be one",
				wrongField{"party.legal_person.legal_name", why})
		}
	}
	return nil
}

// nameFault says what is wrong with a name; empty where nothing is.
func nameFault(name string) string {
	if strings.ContainsFunc(name, isForbidden) {
		return "holds a control character or an override of writing direction"
	}
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		return "holds no letter"
	}
	return ""
}

// isForbidden tells control characters and overrides of direction; marks of direction (U+200E, U+200F, U+061C) are none.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}

func birthDateFault(birth *date.Date, now time.Time) string {
	year, month, day := int(birth.GetYear()), time.Month(birth.GetMonth()), int(birth.GetDay())
	at := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || at.Year() != year || at.Month() != month || at.Day() != day {
		return "is no day of the calendar"
	}
	if at.After(now) {
		return "lies in the future"
	}
	return ""
}
