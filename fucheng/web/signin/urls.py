from django.urls import path

from fucheng.web.signin import phone, second_step, views

app_name = "signin"
urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/phone/", phone.enter_phone, name="phone"),
    path("sign-in/code/", phone.enter_code, name="code"),
    path("sign-in/second/", second_step.enter, name="second"),
    path("second-step/", second_step.own, name="second-step"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.password_change, name="password-change"),
    path("reading/", views.elder, name="elder"),
]
