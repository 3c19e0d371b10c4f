from django.urls import path

from cases.web.my_day import views

urlpatterns = [path("", views.my_day, name="my_day")]
